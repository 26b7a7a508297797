import type { ParentReference } from '../../model/build/attachment.ts';
import type { Condition } from './condition.ts';
import { accepted, type Refused, resolvedRefs, warning } from './document-conditions.ts';
import { ownEntry } from './entries.ts';
import { gatewayName } from './ours.ts';
import { conditionsIn, notAccepted, programmed, standingOf } from './programmed.ts';
import { referenceKey, referencesIn } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/** Routes of Gateway API: an answer for each parent that is ours. */
export function parentStatus(subject: Subject, scene: Scene): Status {
  const parents = referencesIn(subject.watched).filter(scene.ours.isOurs);
  const distinct = new Map(parents.map((parent) => [referenceKey(parent), parent]));
  return {
    shape: 'parents',
    controllerName: scene.outcome.controllerName,
    entries: [...distinct.values()].map((reference) => ({
      reference,
      conditions: conditionsFor(reference, subject, scene),
    })),
  };
}

function conditionsFor(parent: ParentReference, subject: Subject, { outcome }: Scene): readonly Condition[] {
  const { say, verdict, status } = subject;
  const acceptance = accepted(say, verdict, verdict.errors, answerOf(parent, subject));
  const isRefused = acceptance.status === 'False' && verdict.nack === undefined;
  const standing = standingOf(outcome, [gatewayName(parent)]);
  const before = conditionsIn(ownEntry(status, 'parents', outcome.controllerName, parent));
  return [
    acceptance,
    resolvedRefs(say, verdict),
    isRefused ? notAccepted(say) : programmed(say, standing, before, verdict.nack),
    ...warning(say, verdict),
  ];
}

function answerOf(parent: ParentReference, { attachments }: Subject): Refused | undefined {
  const key = referenceKey(parent);
  const attachment = attachments.find((each) => referenceKey(each.parent) === key);
  if (attachment === undefined) return { reason: 'Pending', message: 'It has not been attached yet.' };
  return attachment.outcome === 'accepted' ? undefined : attachment.outcome;
}
