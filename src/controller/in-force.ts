import type { Attachment } from '../model/build/attachment.ts';
import { type BuiltPolicy, buildModel } from '../model/build/build.ts';
import type { PolicyPlace } from '../model/build/place.ts';
import type { Surroundings } from '../model/build/surroundings.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Problem, ProblemReason } from '../policy/problem.ts';

export interface InForce {
  readonly policy: BuiltPolicy;
  /** Problems of what people wrote, not of what stands in for it. */
  readonly problems: readonly Problem[];
  /** What was written attaches to what; the policy has what stands in for it. */
  readonly attachments: readonly Attachment[];
  /** Documents whose last good version stands in for the one that was written. */
  readonly stale: ReadonlySet<string>;
}

/**
 * Builds what is to be in force. A document that was changed into one that does not fit the others (a reference to
 * nothing, a name taken twice) is replaced by its last version that did. One that was not changed, but lost what it
 * refers to, keeps the part that still works.
 *
 * `lastGood` is updated: it remembers the version of each document that built without an error.
 */
export function decideInForce(
  documents: readonly PolicyDocument[],
  lastGood: Map<string, PolicyDocument>,
  surroundings: Surroundings,
  place?: PolicyPlace,
): InForce {
  const asWritten = buildModel(documents, surroundings, place);
  const faulty = new Set(asWritten.problems.filter(isAboutTheWhole).map((problem) => problem.document));
  const stale = new Set<string>();
  let known = 0;
  const standIns = documents.map((document) => {
    const { id } = document;
    const good = versionOf(document, lastGood);
    if (!faulty.has(id) && !document.isBarrier) {
      if (good !== document) lastGood.set(id, document);
      known += 1;
      return document;
    }
    if (good === undefined) return document;
    known += 1;
    if (good.hash === document.hash) return document;
    stale.add(id);
    return good;
  });
  if (known < lastGood.size) forgetAllBut(documents, lastGood);
  const policy = stale.size === 0 ? asWritten : buildModel(standIns, surroundings, place);
  return { policy, problems: asWritten.problems, attachments: asWritten.attachments, stale };
}

/** An object that was deleted and made again is another one, and younger. */
function versionOf(document: PolicyDocument, lastGood: Map<string, PolicyDocument>): PolicyDocument | undefined {
  const good = lastGood.get(document.id);
  if (good === undefined || good.createdAt === document.createdAt) return good;
  lastGood.delete(document.id);
  return undefined;
}

function forgetAllBut(documents: readonly PolicyDocument[], lastGood: Map<string, PolicyDocument>): void {
  const ids = new Set(documents.map(({ id }) => id));
  for (const id of lastGood.keys()) if (!ids.has(id)) lastGood.delete(id);
}

/**
 * Gateway API wants a route that one parent refuses, or one of whose backends is missing, in force for the rest: what was
 * written last is what people mean. So these parts do not bring an older version back.
 */
const ofOnePart: ReadonlySet<ProblemReason | undefined> = new Set<ProblemReason>([
  'RefNotPermitted',
  'InvalidKind',
  'BackendNotFound',
  'InvalidBackend',
  'UnsupportedProtocol',
  'UnsupportedValue',
  'NoMatchingParent',
  'NoMatchingListenerHostname',
  'InvalidListener',
  'InvalidPolicy',
  'NotAllowedByListeners',
  'InvalidParameters',
  'TargetNotFound',
]);

function isAboutTheWhole({ severity, reason }: Problem): boolean {
  return severity === 'error' && !ofOnePart.has(reason);
}
