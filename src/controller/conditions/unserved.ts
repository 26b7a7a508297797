import { documentId } from '../../policy/document-id.ts';
import type { Condition } from './condition.ts';
import { listOf, textOf } from './fields.ts';
import { addressesIn } from './gateway-addresses.ts';
import { judgeListener } from './listener-status.ts';
import { gatewayName, isGateway, type Ours } from './ours.ts';
import { isOfParameters } from './parameters.ts';
import { referencesIn } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';
import { nothingWrong } from './verdict.ts';

/** Why nobody serves it. */
type Why = Pick<Condition, 'status' | 'reason' | 'message'>;

/**
 * Of a Gateway that we have made pods for, and whose class is gone. Nobody knows who comes next, so it says what Gateway
 * API lets a Gateway say before a controller has come: `Unknown`, `Pending`.
 */
function withoutClass(className: string): Why {
  const what = `GatewayClass "${className}" does not exist, so the Gateway is not served.`;
  const effect = 'The pods that are there go on with what they have; no change reaches them, not even a withdrawn key.';
  const remedy = 'Make the class again, name another one in gatewayClassName, or delete the Gateway.';
  return { status: 'Unknown', reason: 'Pending', message: `${what} ${effect} ${remedy}` };
}

function ofWrongClass(className: string): Why {
  const message = `GatewayClass "${className}" is wrong, and no version of it is in force; its status says what is wrong.`;
  return { status: 'False', reason: 'Invalid', message };
}

/** What a Gateway says that is not served because of its class; nothing, where the class is in force or not ours. */
export function unservedGateway(subject: Subject, gateway: string, scene: Scene): Status | undefined {
  const why = whyUnserved(subject, gateway, scene);
  if (why === undefined) return undefined;
  const { say, spec, status } = subject;
  const all = listOf(spec.listeners);
  return {
    shape: 'gateway',
    conditions: conditionsOf(say, why),
    // What was made for it stays, and so do its addresses.
    addresses: addressesIn(status),
    listeners: all.map((listener) => ({
      ...judgeListener({ spec: listener, all, verdict: nothingWrong, say, attachedRoutes: 0 }).status,
      conditions: conditionsOf(say, { ...why, message: 'Its Gateway is not served, and says why.' }),
    })),
  };
}

function whyUnserved({ spec }: Subject, gateway: string, { ours, verdictOf, outcome }: Scene): Why | undefined {
  const gone = ours.withoutClass.get(gateway);
  if (gone !== undefined) return withoutClass(gone);
  if (!ours.gateways.has(gateway)) return undefined;
  const className = textOf(spec.gatewayClassName) ?? '';
  const id = documentId('GatewayClass', '', className);
  const { errors } = verdictOf(id);
  const isInForce = outcome.isStale(id) || errors.every(isOfParameters);
  return isInForce ? undefined : ofWrongClass(className);
}

/** Kinds that tell the answers of all their parents in one: of a route whose only Gateways of ours have lost their class. */
export function unservedRoute({ watched, say }: Subject, ours: Ours): Status | undefined {
  for (const { reference } of referencesIn(watched)) {
    const className = isGateway(reference) ? ours.withoutClass.get(gatewayName(reference)) : undefined;
    if (className !== undefined) return { shape: 'object', conditions: conditionsOf(say, withoutClass(className)) };
  }
  return undefined;
}

function conditionsOf(say: Subject['say'], { status, reason, message }: Why): readonly Condition[] {
  return [
    say('Accepted', status, reason, message),
    say('Programmed', status, reason, 'It is not served; Accepted says why.'),
  ];
}
