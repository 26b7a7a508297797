import type { GatewayDocument, GatewayPolicyDocument, PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { ListenerSpec } from '../../../policy/gateway-api/gateway.ts';
import { decided } from '../../decision.ts';
import type { GatewaySettings } from '../../gateway.ts';
import type { ApiKey } from '../../key.ts';
import type { Listener, ListenerTls } from '../../listener.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import { judgePair } from '../certificates/judge.ts';
import type { BuildContext } from '../context.ts';
import { corsText } from '../envoy-gateway/service-cors.ts';
import type { PolicyPlace } from '../place.ts';
import { reference } from '../reference.ts';
import { defaultRetry, retryProfile } from '../route.ts';
import { type BodyLimit, bodyLimit } from './body-limit.ts';
import { clientAuthority, type DecidedAuthority, ofGatewayPolicy, warnOfPlainText } from './client-authority.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';
import type { ParametersOf } from './gateway-parameters.ts';
import { type GatewayPolicies, gatewayNames } from './gateway-policies.ts';
import { warnOfIdleParts } from './idle-parts.ts';
import { inlineSettings } from './settings.ts';
import { saidOfStore, type WrittenStore, writtenStores } from './store.ts';
import { tlsParameters } from './tls-parameters.ts';

const builtInPort = 10080;

export interface BuiltGateway {
  readonly name: string;
  readonly listeners: readonly Listener[];
  readonly settings: GatewaySettings;
}

/** What other documents say of gateways. */
export interface SaidOfGateways {
  readonly policyOf: GatewayPolicies;
  readonly parametersOf: ParametersOf;
  readonly clientTraffic: AttachedPolicies<ClientTrafficDocument>;
  /** Of which one may stand for callers without any. */
  readonly keys: readonly ApiKey[];
}

/** The gateways of a policy with their ports, and what GatewayPolicy documents and parameters say of them. */
export function buildGateways(
  gateways: readonly GatewayDocument[],
  said: SaidOfGateways,
  place: PolicyPlace,
  context: BuildContext,
): BuiltGateway[] {
  const { policyOf, parametersOf, keys, clientTraffic } = said;
  return gatewayNames(gateways, place).map((name, index) => {
    const document = gateways[index];
    const policy = policyOf.get(name);
    const ofAll = ofGatewayPolicy(name, policy, context);
    if (document !== undefined) warnOfIdleParts(document, context);
    const parameters = document && parametersOf(document);
    const stores = writtenStores(policy, parameters?.ok ? parameters.value : {});
    const clientCa = (gateway: GatewayDocument, listener: ListenerSpec): DecidedAuthority =>
      clientAuthority(gateway, listener, clientTraffic, ofAll, context);
    return {
      name,
      listeners: document
        ? listenersOf({ document, policy, clientCa }, clientTraffic, place, context)
        : [plainListener(policy, context)],
      settings: {
        ...settingsOf(name, policy, stores, bodyLimit(document, policy, clientTraffic, context), context),
        ...anonymousKey(policy, keys, context),
      },
    };
  });
}

function settingsOf(
  gateway: string,
  policy: GatewayPolicyDocument | undefined,
  stores: readonly WrittenStore[],
  maxBody: BodyLimit,
  context: BuildContext,
): GatewaySettings {
  const [store] = stores;
  const cors = policy?.spec.cors;
  const decisions = [
    ...maxBody.decisions,
    ...decided('store', stores.map(saidOfStore)),
    ...decided(
      'cors',
      policy && cors ? [{ origin: policy.id, level: 'gateway', path: 'cors', value: corsText(cors) }] : [],
    ),
  ];
  return {
    defaultProfile: retryProfile(defaultRetry).name,
    maxBodyBytes: maxBody.bytes,
    accessLog: policy?.spec.accessLog.fields ?? 'metadata',
    ...(cors && { cors: { allowOrigins: [...cors.allowOrigins].sort() } }),
    ...inlineSettings(gateway, policy, store, context),
    ...(policy?.spec.telemetry.otlp && { otlpEndpoint: policy.spec.telemetry.otlp.endpoint.url }),
    ...(decisions.length > 0 && { decisions }),
    origins: [...new Set([policy, store?.document].flatMap((document) => (document ? [document.id] : [])))],
  };
}

/** Whoever is not there lets nobody in. */
function anonymousKey(
  policy: GatewayPolicyDocument | undefined,
  keys: readonly ApiKey[],
  context: BuildContext,
): Pick<GatewaySettings, 'anonymousKey'> {
  const written = policy?.spec.anonymous?.key;
  if (policy === undefined || written === undefined) return {};
  const name = reference(written, policy.namespace);
  const key = keys.find((one) => one.name === name);
  if (key !== undefined) return { anonymousKey: key.sha256 };
  const message = `ApiKey "${name}" does not exist, so callers without a key are refused`;
  context.reject(policy, 'spec.anonymous.key', message, 'add that ApiKey, or name another one', 'ApiKeyNotFound');
  return {};
}

function plainListener(policy: GatewayPolicyDocument | undefined, context: BuildContext): Listener {
  if (policy?.spec.clientCertificates !== undefined) warnOfPlainListener(policy, 'http', context);
  return { name: 'http', address: '0.0.0.0', port: builtInPort, hostnames: [], origins: [] };
}

type ClientCaOf = (gateway: GatewayDocument, listener: ListenerSpec) => DecidedAuthority;

/** A Gateway, and what its listeners have in common. */
interface GatewayWithListeners {
  readonly document: GatewayDocument;
  readonly policy: GatewayPolicyDocument | undefined;
  readonly clientCa: ClientCaOf;
}

function listenersOf(
  { document, policy, clientCa: clientCaOf }: GatewayWithListeners,
  clientTraffic: AttachedPolicies<ClientTrafficDocument>,
  place: PolicyPlace,
  context: BuildContext,
): Listener[] {
  const address = place.boundAddress(document.spec.addresses[0]?.value);
  const origins = policy ? [document.id, policy.id] : [document.id];
  return document.spec.listeners.flatMap((spec) => {
    const hostnames = spec.hostname === undefined ? [] : [spec.hostname];
    const port = place.boundPort(spec.port);
    const asked = port === spec.port ? {} : { askedPort: spec.port };
    const listener: Listener = { name: spec.name, address, port, ...asked, hostnames, origins };
    if (spec.tls === undefined) {
      if (policy?.spec.clientCertificates !== undefined) warnOfPlainListener(policy, spec.name, context);
      else warnOfPlainText(document, spec, clientTraffic, context);
      return [listener];
    }
    const { authority: clientCa, decisions } = clientCaOf(document, spec);
    // Without the CA that clients are to be verified against the port stays closed rather than open to everybody.
    if (clientCa === 'unusable') {
      const message = 'stays closed: whoever may sign the certificates of its clients is not known';
      const remedy = 'mend what should name them: GatewayPolicy, ClientTrafficPolicy or spec.tls.frontend';
      context.reject(document, `spec.listeners[${spec.position}].tls`, message, remedy, 'NoValidCACertificate');
      return [];
    }
    const certificates = spec.tls.certificates.flatMap((source, position) => {
      const path = `spec.listeners[${spec.position}].tls`;
      const certificate = context.resolve(document, path, source.certificate);
      const privateKey = context.resolve(document, path, source.key);
      if (certificate === undefined || privateKey === undefined) return [];
      const pair = { certificate, privateKey };
      judgePair(document, path, `certificate ${position + 1}`, pair, context);
      const name = `gateway/${qualifiedName(document.namespace, document.name)}/${spec.name}/certificate-${position}`;
      context.keep({ name, kind: 'certificate', ...pair });
      return [name];
    });
    if (certificates.length === 0) return [];
    const spoken = tlsParameters(document, spec, clientTraffic, context);
    const tls: ListenerTls = {
      certificates,
      ...(clientCa && { clientCa: clientCa.secret }),
      isClientCertificateRequired: clientCa?.isRequired ?? false,
      ...(clientCa?.isUntrustedAccepted && { isUntrustedAccepted: true }),
      ...(spoken.parameters && { parameters: spoken.parameters }),
    };
    const all = [...decisions, ...spoken.decisions];
    return [
      {
        ...listener,
        origins: [...new Set([...origins, ...(clientCa ? [clientCa.origin] : []), ...spoken.origins])],
        tls,
        ...(all.length > 0 && { decisions: all }),
      },
    ];
  });
}

function warnOfPlainListener(document: PolicyDocument, listener: string, context: BuildContext): void {
  const message = `listener "${listener}" has no TLS, so nobody can show a certificate there`;
  context.warn(document, 'spec.clientCertificates', message, 'give it TLS, or remove the listener');
}
