import type { GatewayDocument } from '../../../policy/document.ts';
import { isBelow } from '../../../policy/envoy-gateway/listener-tls.ts';
import type { ListenerSpec } from '../../../policy/gateway-api/gateway.ts';
import { type Decision, decided, type PolicyLevel } from '../../decision.ts';
import type { TlsParameters } from '../../listener.ts';
import type { AttachedPolicies } from '../attached-policies.ts';
import type { BuildContext } from '../context.ts';
import type { ClientTrafficDocument } from './client-traffic.ts';

type Tls = NonNullable<ClientTrafficDocument['spec']['tls']>;
type Field = keyof TlsParameters;

const fields: readonly Field[] = [
  'minVersion',
  'maxVersion',
  'ciphers',
  'ecdhCurves',
  'signatureAlgorithms',
  'alpnProtocols',
];

export interface DecidedParameters {
  /** Absent: nobody says anything. */
  readonly parameters?: TlsParameters;
  readonly decisions: readonly Decision[];
  /** Ids of the documents that say something that is in force. */
  readonly origins: readonly string[];
}

/** What is said for one listener goes before what is said for all, field by field. */
export function tlsParameters(
  { namespace, name }: GatewayDocument,
  listener: ListenerSpec,
  policies: AttachedPolicies<ClientTrafficDocument>,
  context: BuildContext,
): DecidedParameters {
  const subject = { kind: 'Gateway', namespace, name } as const;
  const candidates = [
    leveled('listener', policies.of(subject, listener.name)),
    leveled('gateway', policies.of(subject)),
  ].flatMap((one) => one ?? []);
  const decisions = fields.flatMap((field) =>
    decided(
      field,
      candidates.flatMap(({ policy, level, tls }) => {
        const value = textOf(tls[field]);
        return value === undefined ? [] : [{ origin: policy.id, level, path: `tls.${field}`, value }];
      }),
    ),
  );
  if (decisions.length === 0) return { decisions, origins: [] };
  const merged = mergedOf(candidates.map(({ tls }) => tls));
  const [closest] = candidates;
  if (closest !== undefined && isBelow(merged)) {
    // It goes to Envoy all the same, where no handshake succeeds: whoever wants one of both is not served without it.
    const message = `nobody can come by listener "${listener.name}": maxVersion 1.2 is below minVersion 1.3`;
    const remedy = 'raise maxVersion, or lower minVersion, in the policies of the Gateway or of the listener';
    context.reject(closest.policy, 'spec.tls', message, remedy);
  }
  const origins = [...new Set(decisions.map(({ by }) => by.origin))];
  return { ...(Object.keys(merged).length > 0 && { parameters: merged }), decisions, origins };
}

interface Candidate {
  readonly level: PolicyLevel;
  readonly policy: ClientTrafficDocument;
  readonly tls: Tls;
}

/** Those that cannot be read close the listener by what they may say of certificates. */
function leveled(level: PolicyLevel, policy: ClientTrafficDocument | undefined): Candidate[] {
  return policy?.isBarrier || policy?.spec.tls === undefined ? [] : [{ level, policy, tls: policy.spec.tls }];
}

/** `Auto` of a listener is an answer, too: it undoes what its Gateway says. */
function mergedOf(closestFirst: readonly Tls[]): TlsParameters {
  const closest = <F extends Field>(field: F): Tls[F] | undefined =>
    closestFirst.map((tls) => tls[field]).find((one) => textOf(one) !== undefined);
  const minVersion = closest('minVersion');
  const maxVersion = closest('maxVersion');
  const [ciphers, ecdhCurves] = [closest('ciphers'), closest('ecdhCurves')];
  const [signatureAlgorithms, alpnProtocols] = [closest('signatureAlgorithms'), closest('alpnProtocols')];
  return {
    ...(minVersion && minVersion !== 'Auto' && { minVersion }),
    ...(maxVersion && maxVersion !== 'Auto' && { maxVersion }),
    ...(ciphers && { ciphers }),
    ...(ecdhCurves && { ecdhCurves }),
    ...(signatureAlgorithms && { signatureAlgorithms }),
    ...(alpnProtocols && { alpnProtocols }),
  };
}

/** Empty lists ask for nothing. */
function textOf(value: string | readonly string[] | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  return value.length === 0 ? undefined : value.join(', ');
}
