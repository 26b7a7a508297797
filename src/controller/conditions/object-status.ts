import { ownGroup } from '../../policy/kinds.ts';
import type { Condition } from './condition.ts';
import { accepted, type Refused, resolvedRefs, warning } from './document-conditions.ts';
import { gatewayName } from './ours.ts';
import { ownParents, refusalOf } from './parent-status.ts';
import { conditionsIn, notAccepted, programmed, type Standing, standingOf } from './programmed.ts';
import { referenceText, withoutReferences } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';
import { unservedRoute } from './unserved.ts';
import type { Verdict } from './verdict.ts';

/**
 * Kinds with one list of conditions: our own, and those of Envoy AI Gateway, whose routes tell the answers of all
 * their parents in one.
 */
export function objectStatus(subject: Subject, scene: Scene, refused?: Refused): Status | undefined {
  if (isAttached(subject)) return routeStatus(subject, scene);
  const { verdict } = subject;
  // Anything but a route is of no use without what it names.
  const acceptance = accepted(subject.say, verdict, [...verdict.errors, ...verdict.references], refused);
  return statusOf(subject, verdict, acceptance, standingOf(scene.outcome, scene.ours.gateways));
}

/** A route that says of which Gateways it is part, in the present word or the older one. */
function isAttached({ watched, spec }: Subject): boolean {
  return watched.kind === 'AIGatewayRoute' && (Array.isArray(spec.parentRefs) || Array.isArray(spec.targetRefs));
}

/** A route that is for other controllers' Gateways only is theirs to speak of. */
function routeStatus(subject: Subject, scene: Scene): Status | undefined {
  const parents = ownParents(subject, scene);
  if (parents.length === 0) return unservedRoute(subject, scene.ours);
  const verdict = withoutReferences(subject.verdict);
  const refusals = parents.flatMap((parent): Refused[] => {
    const refused = refusalOf(parent, subject, scene);
    return refused === undefined
      ? []
      : [{ reason: refused.reason, message: `${referenceText(parent.reference)}: ${refused.message}` }];
  });
  const [first] = refusals;
  const message = refusals.map((refused) => refused.message).join(' ');
  // A route without a backend answers for itself, request by request.
  const acceptance = accepted(subject.say, verdict, verdict.errors, first && { reason: first.reason, message });
  const gateways = new Set(parents.map(({ reference }) => gatewayName(reference)));
  return statusOf(subject, verdict, acceptance, standingOf(scene.outcome, gateways));
}

function statusOf(subject: Subject, verdict: Verdict, acceptance: Condition, standing: Standing): Status {
  const { say, status, watched, generation } = subject;
  const isRefused = acceptance.status === 'False' && verdict.nack === undefined;
  return {
    shape: 'object',
    conditions: [
      acceptance,
      resolvedRefs(say, verdict),
      isRefused ? notAccepted(say) : programmed(say, standing, conditionsIn(status), verdict.nack),
      ...warning(say, verdict),
    ],
    // Schemas of other projects do not have the field, and an API server takes away what no schema has.
    ...(watched.resource.group === ownGroup && { observedGeneration: generation }),
  };
}
