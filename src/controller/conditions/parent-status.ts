import type { Condition } from './condition.ts';
import { accepted, type Refused, resolvedRefs, warning } from './document-conditions.ts';
import { ownEntry } from './entries.ts';
import { gatewayName } from './ours.ts';
import { olderIsProgrammed, partlyAccepted, partlyInvalid } from './partly-invalid.ts';
import { conditionsIn, notAccepted, programmed, standingOf } from './programmed.ts';
import { referenceKey, referencesIn, refusalAt, type WrittenReference, withoutReferences } from './references.ts';
import type { Status } from './status.ts';
import type { Scene, Subject } from './subject.ts';

/** Routes of Gateway API: an answer for each parent that is ours. */
export function parentStatus(subject: Subject, scene: Scene): Status {
  const parents = ownParents(subject, scene);
  const distinct = new Map(parents.map((parent) => [referenceKey(parent.reference), parent]));
  return {
    shape: 'parents',
    controllerName: scene.outcome.controllerName,
    entries: [...distinct.values()].map((parent) => ({
      reference: parent.reference,
      conditions: conditionsFor(parent, subject, scene),
    })),
  };
}

/** The parents that are ours to answer for. */
export function ownParents({ watched }: Subject, { ours }: Scene): readonly WrittenReference[] {
  return referencesIn(watched).filter(({ reference }) => ours.isOurs(reference));
}

function conditionsFor(parent: WrittenReference, subject: Subject, scene: Scene): readonly Condition[] {
  const { say, status } = subject;
  const { outcome } = scene;
  const verdict = withoutReferences(subject.verdict);
  const refused = refusalOf(parent, subject, scene);
  const partly = refused === undefined ? partlyInvalid(subject, outcome) : undefined;
  const acceptance = partly ? partlyAccepted(say, partly) : [accepted(say, verdict, verdict.errors, refused)];
  const isRefused = acceptance[0]?.status === 'False' && verdict.nack === undefined;
  const standing = standingOf(outcome, [gatewayName(parent.reference)]);
  const before = conditionsIn(ownEntry(status, 'parents', outcome.controllerName, parent.reference));
  const arrival = (): Condition => {
    if (isRefused) return notAccepted(say);
    if (partly?.olderGeneration !== undefined) return olderIsProgrammed(say, partly.olderGeneration);
    return programmed(say, standing, before, verdict.nack);
  };
  return [...acceptance, resolvedRefs(say, verdict), arrival(), ...warning(say, verdict)];
}

/** Why it is not part of this parent, if it is not. */
export function refusalOf(
  { path, reference }: WrittenReference,
  subject: Subject,
  { ours }: Scene,
): Refused | undefined {
  const key = referenceKey(reference);
  const attachment = subject.attachments.find((each) => referenceKey(each.parent) === key);
  if (attachment?.outcome === 'accepted') return undefined;
  const wrong = refusalAt(path, subject.verdict) ?? attachment?.outcome;
  if (wrong?.reason === 'NoMatchingParent' && attachment === undefined && ours.gateways.has(gatewayName(reference))) {
    const message = 'The Gateway is not valid, and no version of it is in force; its status says what is wrong.';
    return { reason: 'InvalidGateway', message };
  }
  return wrong ?? { reason: 'Pending', message: 'It has not been attached yet.' };
}
