import type { GatewayDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import { authorities } from '../authority.ts';
import type { BuildContext } from '../context.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';

/** Who may sign the certificates that callers show on a listener. */
export interface ClientAuthority {
  /** Name of a `trustedCa` secret. */
  readonly secret: string;
  readonly isRequired: boolean;
  /** Id of the document that says so. */
  readonly origin: string;
}

type Listener = GatewayDocument['spec']['listeners'][number];

/**
 * A ClientTrafficPolicy goes before what the Gateway says itself, as policies do. Unusable: without those who may sign,
 * the port has to stay closed.
 */
export function clientAuthority(
  gateway: GatewayDocument,
  listener: Listener,
  policies: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): ClientAuthority | 'unusable' | undefined {
  return ofPolicy(gateway, listener, policies, context) ?? ofGateway(gateway, listener, context);
}

function ofPolicy(
  gateway: GatewayDocument,
  listener: Listener,
  policies: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): ClientAuthority | 'unusable' | undefined {
  const policy = validating(gateway, listener, policies);
  if (policy?.isBarrier) return 'unusable';
  const wanted = policy?.spec.tls?.clientValidation;
  if (policy === undefined || wanted === undefined) return undefined;
  const path = 'spec.tls.clientValidation.caCertificateRefs';
  const refs = wanted.caCertificateRefs ?? [];
  if (refs.length === 0) {
    context.reject(policy, path, 'is missing: nobody may sign', 'add {kind: ConfigMap, name: …}');
    return 'unusable';
  }
  const certificates = authorities(policy, path, refs, context);
  const isRequired = wanted.mode === undefined ? wanted.optional !== true : wanted.mode === 'RequireAndVerify';
  return kept(gateway, listener, certificates, isRequired, policy.id, context);
}

/** The closest one that says anything about certificates. */
function validating(
  { namespace, name }: GatewayDocument,
  listener: Listener,
  policies: AttachedPolicies<ClientTrafficDocument>,
): ClientTrafficDocument | undefined {
  const subject = { kind: 'Gateway', namespace, name } as const;
  return [policies.of(subject, listener.name), policies.of(subject)].find(
    (one) => one?.isBarrier || one?.spec.tls?.clientValidation !== undefined,
  );
}

/** Of a listener without TLS. */
export function warnOfPlainText(
  gateway: GatewayDocument,
  listener: Listener,
  policies: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): void {
  const policy = validating(gateway, listener, policies);
  if (policy === undefined || policy.isBarrier) return;
  const message = `listener "${listener.name}" has no TLS, so nobody can show a certificate there`;
  context.warn(policy, 'spec.tls.clientValidation', message, 'give it TLS, or remove the listener');
}

function ofGateway(
  gateway: GatewayDocument,
  listener: Listener,
  context: BuildContext,
): ClientAuthority | 'unusable' | undefined {
  const { frontend } = gateway.spec.tls;
  if (frontend === undefined) return undefined;
  const port = frontend.perPort.findIndex((one) => one.port === listener.port);
  const { validation } = frontend.perPort[port]?.tls ?? frontend.default;
  if (validation === undefined) return undefined;
  const path = `spec.tls.frontend.${port < 0 ? 'default' : `perPort[${port}].tls`}.validation.caCertificateRefs`;
  const certificates = authorities(gateway, path, validation.caCertificateRefs, context);
  return kept(gateway, listener, certificates, validation.mode === 'AllowValidOnly', gateway.id, context);
}

function kept(
  gateway: GatewayDocument,
  listener: Listener,
  certificates: string | undefined,
  isRequired: boolean,
  origin: string,
  context: BuildContext,
): ClientAuthority | 'unusable' {
  if (certificates === undefined) return 'unusable';
  const secret = `gateway/${qualifiedName(gateway.namespace, gateway.name)}/${listener.name}/client-ca`;
  context.keep({ name: secret, kind: 'trustedCa', certificates });
  return { secret, isRequired, origin };
}
