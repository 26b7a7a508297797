import { internalHeaders } from '../../../contract.ts';
import { HeaderMutationSchema as EarlyMutationSchema } from '../../../gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js';
import { extension } from '../extension.ts';
import { type HeaderRule, removeHeader, removeHeadersStartingWith } from '../filters/header-mutation.ts';

/**
 * What a client may not say, taken out before any filter or route sees the request: headers that steer the router, and
 * those by which the processor and Envoy talk to each other.
 */
export const clientHeaders = extension('envoy.http.early_header_mutation.header_mutation', EarlyMutationSchema, {
  mutations: [
    removeHeadersStartingWith(internalHeaders.prefix),
    removeHeadersStartingWith('x-envoy-'),
    // The id in the log and in the answer is ours, so that no caller can make two requests look like one.
    removeHeader('x-request-id'),
  ],
});

/**
 * Headers that carry somebody's credential, in the dialects that providers speak. One header map serves all attempts,
 * so the credential of one provider would otherwise reach the next, and the caller's gateway key would reach both.
 */
const credentialHeaders = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'x-goog-user-project',
  'ocp-apim-subscription-key',
  'x-auth-token',
  'x-access-token',
];

/** Prefixes of headers about the way a request took, or between our own parts. No provider's business. */
const privatePrefixes = ['x-envoy-', 'x-forwarded-', 'x-amz-', 'cf-'];

const privateHeaders = [
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  // W3C Trace Context and Baggage: a provider could tell by them which requests belong together, and read what is in them.
  'traceparent',
  'tracestate',
  'baggage',
  // The same of B3, Jaeger, Google and AWS.
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'uber-trace-id',
  'x-cloud-trace-context',
  'x-amzn-trace-id',
];

/** What would make a provider do something else than the policy has looked at, with the provider's credential. */
const steeringHeaders = [
  // Some frameworks take another path or method from these.
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-method-override',
  'x-http-method',
  // Between the caller and Envoy, which knows `100-continue`; a provider answers anything else with 417.
  'expect',
];

/**
 * Not among them: `x-request-id`. All attempts, the answer and the access log share one header map, so taking it off here
 * would take it from the caller's answer and from the log too. It is random and says nothing about anybody.
 */
export const towardsProvider: readonly HeaderRule[] = [
  ...credentialHeaders.map(removeHeader),
  ...privateHeaders.map(removeHeader),
  ...steeringHeaders.map(removeHeader),
  ...privatePrefixes.map(removeHeadersStartingWith),
];
