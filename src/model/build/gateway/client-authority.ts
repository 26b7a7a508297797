import type { GatewayDocument, GatewayPolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import { type Decision, decided, type PolicyLevel, type Said } from '../../decision.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import { authorities, authority } from '../certificates/authorities.ts';
import type { BuildContext } from '../context.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';

/** Who may sign the certificates that callers show on a listener. */
export interface ClientAuthority {
  /** Name of a `trustedCa` secret. */
  readonly secret: string;
  readonly isRequired: boolean;
  /** One that nobody known has signed is as good as none. */
  readonly isUntrustedAccepted?: true;
  /** Id of the document that says so. */
  readonly origin: string;
}

type Listener = GatewayDocument['spec']['listeners'][number];

/** Who says it, the closest first: policies of the listener, of the Gateway, and then the Gateway itself. */
interface Candidate {
  readonly said: Said;
  /** Unusable: without those who may sign, the port has to stay closed. */
  authority(): ClientAuthority | 'unusable';
}

export interface DecidedAuthority {
  readonly authority: ClientAuthority | 'unusable' | undefined;
  readonly decisions: readonly Decision[];
}

/** `ofGatewayPolicy`: what a GatewayPolicy says of all listeners of its Gateway. */
export function clientAuthority(
  gateway: GatewayDocument,
  listener: Listener,
  policies: AttachedPolicies<ClientTrafficDocument>,
  ofGatewayPolicy: Candidate | undefined,
  context: BuildContext,
): DecidedAuthority {
  const { namespace, name } = gateway;
  const subject = { kind: 'Gateway', namespace, name } as const;
  const place = { gateway, listener };
  const candidates = [
    ofPolicy(place, 'listener', policies.of(subject, listener.name), context),
    ofGatewayPolicy,
    ofPolicy(place, 'gateway', policies.of(subject), context),
    ofGateway(place, context),
  ].filter((one) => one !== undefined);
  return {
    authority: candidates[0]?.authority(),
    decisions: decided(
      'clientCertificates',
      candidates.map(({ said }) => said),
    ),
  };
}

interface Place {
  readonly gateway: GatewayDocument;
  readonly listener: Listener;
}

/** What a GatewayPolicy says, for `clientAuthority`. */
export function ofGatewayPolicy(
  gateway: string,
  policy: GatewayPolicyDocument | undefined,
  context: BuildContext,
): Candidate | undefined {
  const wanted = policy?.spec.clientCertificates;
  if (policy === undefined || wanted === undefined) return undefined;
  const certificates = authority(policy, 'spec.clientCertificates.ca', wanted.ca, context);
  const secret = `gateway/${gateway}/client-ca`;
  if (certificates !== undefined) context.keep({ name: secret, kind: 'trustedCa', certificates });
  const value = requirementText(wanted.require);
  return {
    said: { origin: policy.id, level: 'gateway', path: 'clientCertificates', value },
    authority: () =>
      certificates === undefined ? 'unusable' : { secret, isRequired: wanted.require, origin: policy.id },
  };
}

function ofPolicy(
  place: Place,
  level: PolicyLevel,
  policy: ClientTrafficDocument | undefined,
  context: BuildContext,
): Candidate | undefined {
  if (policy === undefined) return undefined;
  const wanted = policy.spec.tls?.clientValidation;
  const said = { origin: policy.id, level, path: 'tls.clientValidation' };
  if (policy.isBarrier) return { said: { ...said, value: 'cannot be read' }, authority: () => 'unusable' };
  if (wanted === undefined) return undefined;
  const isRequired = wanted.mode === undefined ? wanted.optional !== true : wanted.mode === 'RequireAndVerify';
  return {
    said: { ...said, value: requirementText(isRequired) },
    authority() {
      const path = 'spec.tls.clientValidation.caCertificateRefs';
      const refs = wanted.caCertificateRefs ?? [];
      if (refs.length === 0) {
        context.reject(policy, path, 'is missing: nobody may sign', 'add {kind: ConfigMap, name: …}');
        return 'unusable';
      }
      return kept(place, authorities(policy, path, refs, context), isRequired, policy.id, context);
    },
  };
}

function requirementText(isRequired: boolean): string {
  return isRequired ? 'RequireAndVerify' : 'VerifyIfGiven';
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

function ofGateway(place: Place, context: BuildContext): Candidate | undefined {
  const { gateway, listener } = place;
  const { frontend } = gateway.spec.tls;
  if (frontend === undefined) return undefined;
  const port = frontend.perPort.findIndex((one) => one.port === listener.port);
  const { validation } = frontend.perPort[port]?.tls ?? frontend.default;
  if (validation === undefined) return undefined;
  const path = `tls.frontend.${port < 0 ? 'default' : `perPort[${port}].tls`}.validation`;
  const isRequired = validation.mode === 'AllowValidOnly';
  return {
    said: { origin: gateway.id, level: 'gateway', path, value: validation.mode },
    authority() {
      const refs = `spec.${path}.caCertificateRefs`;
      const certificates = authorities(gateway, refs, validation.caCertificateRefs, context);
      const authority = kept(place, certificates, isRequired, gateway.id, context);
      return authority === 'unusable' || isRequired ? authority : { ...authority, isUntrustedAccepted: true };
    },
  };
}

function kept(
  { gateway, listener }: Place,
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
