import type { Attachment } from '../model/build/attachment.ts';
import { type BuiltPolicy, buildModel } from '../model/build/build.ts';
import type { PolicyPlace } from '../model/build/place.ts';
import type { Surroundings } from '../model/build/surroundings.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Problem, ProblemReason } from '../policy/problem.ts';
import { withEarlierCertificates } from './earlier-certificates.ts';

export interface InForce {
  readonly policy: BuiltPolicy;
  /** What it was built from: that which is written, with what stands in for some of it. */
  readonly documents: readonly PolicyDocument[];
  /** Problems of what people wrote, not of what stands in for it. */
  readonly problems: readonly Problem[];
  /** What was written attaches to what; the policy has what stands in for it. */
  readonly attachments: readonly Attachment[];
  /** By id, older versions that stand in for what is written, or for a part of it. */
  readonly standIns: ReadonlyMap<string, PolicyDocument>;
  /** Gateways that are written, whether one that stands in for it is in force, or none, and those that are in force. */
  readonly gatewayNames: ReadonlySet<string>;
}

/**
 * Builds what is to be in force. A document that was changed into one that does not fit the others (a reference to
 * nothing, a name taken twice) is replaced by its last version that did, a Gateway in its certificates only. One that was
 * not changed, but lost what it refers to, keeps the part that still works.
 *
 * `lastGood` is updated: it remembers the version of each document that built without an error.
 * `heldBack`: what stands in, whatever is written, for documents that build and that clients refuse; nothing, where one is
 * left out.
 */
export function decideInForce(
  documents: readonly PolicyDocument[],
  lastGood: Map<string, PolicyDocument>,
  surroundings: Surroundings,
  place?: PolicyPlace,
  heldBack: ReadonlyMap<string, PolicyDocument | undefined> = nobody,
): InForce {
  const asWritten = buildModel(documents, surroundings, place);
  const faults = Map.groupBy(asWritten.problems.filter(isAboutTheWhole), (problem) => problem.document);
  const standIns = new Map<string, PolicyDocument>();
  let known = 0;
  const inForce = documents.flatMap((document): readonly PolicyDocument[] => {
    const { id } = document;
    const good = versionOf(document, lastGood);
    if (heldBack.has(id)) {
      if (good !== undefined) known += 1;
      const other = heldBack.get(id);
      if (other === undefined) return [];
      if (other.hash !== document.hash) standIns.set(id, other);
      return [other];
    }
    const wrong = faults.get(id) ?? [];
    if (wrong.length === 0 && !document.isBarrier) {
      if (good !== document) lastGood.set(id, document);
      known += 1;
      return [document];
    }
    if (good === undefined) return [document];
    known += 1;
    if (good.hash === document.hash) return [document];
    const standIn = standInFor(document, good, wrong);
    if (standIn !== document) standIns.set(id, good);
    return [standIn];
  });
  if (known < lastGood.size) forgetAllBut(documents, lastGood);
  const { problems, attachments } = asWritten;
  const isAsWritten = standIns.size === 0 && heldBack.size === 0;
  const policy = isAsWritten ? asWritten : buildModel(inForce, surroundings, place);
  const gatewayNames = new Set([...asWritten.gateways, ...policy.gateways].map(({ name }) => name));
  return { policy, documents: isAsWritten ? documents : inForce, problems, attachments, standIns, gatewayNames };
}

const nobody: ReadonlyMap<string, undefined> = new Map();

/** An object that was deleted and made again is another one, and younger. */
function versionOf(document: PolicyDocument, lastGood: Map<string, PolicyDocument>): PolicyDocument | undefined {
  const good = lastGood.get(document.id);
  if (good === undefined || good.createdAt === document.createdAt) return good;
  lastGood.delete(document.id);
  return undefined;
}

/** All that the build finds wrong with a Gateway as a whole is certificates; its ports have to be those of its Service. */
function standInFor(document: PolicyDocument, good: PolicyDocument, wrong: readonly Problem[]): PolicyDocument {
  if (document.kind !== 'Gateway' || good.kind !== 'Gateway') return good;
  return withEarlierCertificates(document, good, wrong);
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
