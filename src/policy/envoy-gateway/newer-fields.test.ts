import { expect, it } from 'vitest';
import { problemsOf } from '../testing/documents.ts';

/*
 * Fields that came with later versions of Envoy Gateway. An API server drops what no definition knows, and then nobody
 * could say that it is not done: so they are known here, one by one.
 */

const target = 'targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g}';
const limit = 'limit: {requests: 1, unit: Week}';
const issuer = 'name: a, remoteJWKS: {uri: "https://a.example/jwks"';

it.each([
  [
    'BackendTrafficPolicy',
    `{${target}, http1: {preserveHeaderCase: true}, http3: {}, adaptiveConcurrency: {}}`,
    'error spec.http1 is not served: Envoy’s own values are used — remove it',
    'error spec.http3 is not served: HTTP/3 is not spoken — remove it',
    'error spec.adaptiveConcurrency is not served: what runs at once is not bounded per backend; write a Limit with concurrency — remove it',
  ],
  ['BackendTrafficPolicy', `{${target}, rateLimit: {type: Global, global: {rules: [{name: tenants, ${limit}}]}}}`],
  [
    'SecurityPolicy',
    `{${target}, csrf: {additionalOrigins: ["*"]}}`,
    'error spec.csrf is not served: callers show keys or tokens, which no browser sends of its own accord; write cors for pages — remove it',
  ],
  [
    'SecurityPolicy',
    `{${target}, jwt: {failOpen: true, providers: [{${issuer}, failedRefetchDuration: 5s}}]}}`,
    'warning spec.jwt.providers[0].remoteJWKS.failedRefetchDuration is not served yet: how soon keys are asked for again is the gateway’s own — remove it; the rest is in force',
    'error spec.jwt.failOpen is not served: a token that is wrong does not let in — remove it',
  ],
  [
    'ClientTrafficPolicy',
    `{${target}, tcp: {enableActiveDrain: true}, tls: {clientValidation: {allowExpiredCertificate: true}}}`,
    'error spec.tls.clientValidation.allowExpiredCertificate is not served: a certificate that has expired is none — remove it',
    'error spec.tcp is not served: listeners speak HTTP at once — remove it',
  ],
  [
    'BackendTrafficPolicy',
    `{${target}, endpointHostname: {}}`,
    'error spec.endpointHostname is not served: endpoints are asked under the name that their Backend has for them — remove it',
  ],
  [
    'ClientTrafficPolicy',
    `{${target}, http2: {initialStreamWindowSize: 16Mi, initialConnectionWindowSize: 24Mi, maxConcurrentStreams: 10}}`,
    'warning spec.http2.initialStreamWindowSize is not served yet: the windows of callers are the gateway’s own — remove it; the rest is in force',
    'warning spec.http2.initialConnectionWindowSize is not served yet: the windows of callers are the gateway’s own — remove it; the rest is in force',
    'error spec.http2.maxConcurrentStreams is not served: Envoy’s own values are used — remove it',
  ],
  [
    'EnvoyExtensionPolicy',
    `{${target}, lua: [{type: Inline, inline: "function envoy_on_request(h) end", filterContext: {a: b}}]}`,
    'error spec.lua[0].filterContext is not served: a script is given no values — write them into the script',
  ],
  [
    'EnvoyExtensionPolicy',
    `{${target}, mergeType: StrategicMerge, extProc: [{backendRefs: [{name: a, port: 1}], statusOnError: 503}]}`,
    'warning spec.extProc[0].statusOnError is not served yet: what a missing processor is answered as is the gateway’s own — remove it; the rest is in force',
    'error spec.mergeType is not served: policies of several levels are merged field by field — remove it',
  ],
  [
    'Backend',
    '{endpoints: [{fqdn: {hostname: a.example, port: 443}}], tls: {wellKnownCACertificates: System, autoSNIFromEndpointHostname: true}}',
    'warning spec.tls.autoSNIFromEndpointHostname has no effect here: the host is asked for where no sni is written — remove it, unless others read it',
  ],
  [
    'EnvoyProxy',
    '{mergeBackends: {}, backendTrafficPolicy: {defaultMergeType: Replace}, enableRoutePriority: true, wasmModules: [{name: a}]}',
    'warning spec.mergeBackends has no effect here: every backend has one cluster, whoever leads there — remove it, unless others read it',
    'warning spec.backendTrafficPolicy has no effect here: policies of several levels are merged field by field — remove it, unless others read it',
    'warning spec.enableRoutePriority has no effect here: the most specific match wins — remove it, unless others read it',
    'warning spec.wasmModules has no effect here: an EnvoyExtensionPolicy says itself where its code is — remove it, unless others read it',
  ],
  [
    'HTTPRouteFilter',
    '{redirect: {}, requestMirror: {hostname: {}}, grpcJSONTranscoder: {}}',
    'error spec.redirect is not served: write the filter RequestRedirect of an HTTPRoute — remove it',
    'error spec.requestMirror is not served: a request goes to one backend at a time — remove it',
    'error spec.grpcJSONTranscoder is not served: requests are not translated — remove it',
  ],
] as const)('are known in a %s: %s', (kind, spec, ...problems) => {
  expect(problemsOf(kind, spec).toSorted()).toEqual(problems.toSorted());
});
