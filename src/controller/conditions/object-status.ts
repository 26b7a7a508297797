import type { Attachment } from '../../model/build/attachment.ts';
import { ownGroup } from '../../policy/kinds.ts';
import { accepted, type Refused, resolvedRefs, warning } from './document-conditions.ts';
import { gatewayName } from './ours.ts';
import { conditionsIn, notAccepted, programmed, standingOf } from './programmed.ts';
import { referencesIn, referenceText } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/**
 * Kinds with one list of conditions: our own, and those of Envoy AI Gateway, whose routes tell the answers of all
 * their parents in one. A route that is for other controllers' Gateways only is theirs to speak of.
 */
export function objectStatus(subject: Subject, { outcome, ours }: Scene): Status | undefined {
  const { say, verdict, watched, attachments } = subject;
  const isRoute = Array.isArray(subject.spec.parentRefs);
  const parents = isRoute ? referencesIn(watched).filter(ours.isOurs) : [];
  if (isRoute && parents.length === 0) return undefined;
  const own = isRoute ? attachments.filter(({ parent }) => ours.isOurs(parent)) : attachments;
  // A route without a backend answers for itself, request by request; anything else is of no use without what it names.
  const blocking = isRoute ? verdict.errors : [...verdict.errors, ...verdict.references];
  const acceptance = accepted(say, verdict, blocking, refusalIn(own));
  const standing = standingOf(outcome, isRoute ? new Set(parents.map(gatewayName)) : ours.gateways);
  const isRefused = acceptance.status === 'False' && verdict.nack === undefined;
  return {
    shape: 'object',
    conditions: [
      acceptance,
      resolvedRefs(say, verdict),
      isRefused ? notAccepted(say) : programmed(say, standing, conditionsIn(subject.status), verdict.nack),
      ...warning(say, verdict),
    ],
    ...(isOwnKind(watched.object.apiVersion) && { observedGeneration: subject.generation }),
  };
}

/** Schemas of other projects do not have the field, and an API server takes away what no schema has. */
function isOwnKind(apiVersion: string | undefined): boolean {
  return apiVersion?.startsWith(`${ownGroup}/`) === true;
}

function refusalIn(attachments: readonly Attachment[]): Refused | undefined {
  const refused = attachments.flatMap(({ parent, outcome }) =>
    outcome === 'accepted' ? [] : [{ reason: outcome.reason, message: `${referenceText(parent)}: ${outcome.message}` }],
  );
  const [first] = refused;
  if (first === undefined) return undefined;
  return { reason: first.reason, message: `${refused.map(({ message }) => message).join('; ')}.` };
}
