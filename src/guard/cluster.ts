import type { Candidate } from './candidate.ts';
import { redactionOf } from './rule.ts';

/** Findings that overlap and are replaced as one. */
export interface Cluster {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
  /** In order of position. */
  readonly members: readonly Candidate[];
}

/**
 * A chain of overlapping findings has no end by nature: whoever writes one could have a stream held back for ever. Where
 * a further finding would make it longer than this, a new cluster begins.
 */
export const longestChain = 1024;

/** Clusters of candidates that are in order of position. The last one may still grow. */
export function clustersOf(candidates: readonly Candidate[]): readonly Cluster[] {
  const clusters: Cluster[] = [];
  let members: Candidate[] = [];
  let start = 0;
  let end = 0;
  for (const candidate of candidates) {
    if (members.length > 0 && candidate.start >= end) {
      clusters.push({ start, end, members });
      members = [];
    } else if (candidate.start > start && Math.max(end, candidate.end) - start > longestChain && members.length > 0) {
      clusters.push({ start, end: candidate.start, members });
      members = [restOf(members, candidate.start, end)];
      start = candidate.start;
    }
    if (members.length === 0) {
      start = candidate.start;
      end = candidate.end;
    }
    end = Math.max(end, candidate.end);
    members.push(candidate);
  }
  if (members.length > 0) clusters.push({ start, end, members });
  return clusters;
}

/** What reaches beyond the cut stays hidden, by the rule that reached furthest. */
function restOf(members: readonly Candidate[], cut: number, end: number): Candidate {
  const furthest = members.find((member) => member.end === end);
  if (furthest === undefined) throw new Error('a cluster ends where its furthest member does');
  return { ...furthest, start: cut, isRest: true };
}

/** Whose replacement stands for the whole cluster: the longest finding, then the first rule. */
export function winnerOf(cluster: Cluster): Candidate {
  const [first, ...others] = cluster.members;
  if (first === undefined) throw new Error('a cluster has members');
  return others.reduce((best, other) => (isPreferred(other, best) ? other : best), first);
}

function isPreferred(one: Candidate, other: Candidate): boolean {
  const length = one.end - one.start - (other.end - other.start);
  return length > 0 || (length === 0 && one.order < other.order);
}

/** Characters at the end that a mask may leave: none that another member hides. */
export function shownAtEnd(cluster: Cluster): number {
  let shown = cluster.end - cluster.start;
  for (const member of cluster.members) {
    const redaction = redactionOf(member.rule, member.entity);
    const kept = redaction.style === 'mask' ? Math.max(0, redaction.keepLast) : 0;
    shown = Math.min(shown, cluster.end - (member.end - kept));
  }
  return Math.max(0, shown);
}
