import type { Finding } from '../detector.ts';

/** How far before a finding another one may begin that makes it superfluous. */
export const overlapReach = 64;

/** A finding, and its place among those that are equally sure. */
export interface Ranked {
  readonly finding: Finding;
  readonly order: number;
}

/**
 * In order of position, without what another finding contains: of the same entity, or one that is as sure of it. It
 * depends on what begins at most `overlapReach` before, and not on where a scan began.
 */
export function uncontained(found: readonly Ranked[]): readonly Finding[] {
  const sorted = found.toSorted(
    (a, b) => a.finding.start - b.finding.start || b.finding.end - a.finding.end || a.order - b.order,
  );
  const kept: Finding[] = [];
  for (let index = 0; index < sorted.length; index += 1) {
    const one = sorted[index];
    if (one !== undefined && !isContained(sorted, index, one)) kept.push(one.finding);
  }
  return kept;
}

function isContained(sorted: readonly Ranked[], index: number, one: Ranked): boolean {
  const { start, end } = one.finding;
  for (let before = index - 1; before >= 0; before -= 1) {
    const other = sorted[before];
    if (other === undefined || other.finding.start < start - overlapReach) break;
    if (other.finding.end >= end && isBetter(other, one)) return true;
  }
  // Of equal spans the surer one may stand behind.
  for (let after = index + 1; after < sorted.length; after += 1) {
    const other = sorted[after];
    if (other === undefined || other.finding.start !== start || other.finding.end !== end) break;
    if (other.finding.score > one.finding.score) return true;
  }
  return false;
}

/** `other` contains `one` and stands before it in order. */
function isBetter(other: Ranked, one: Ranked): boolean {
  return other.finding.entity === one.finding.entity || other.finding.score >= one.finding.score;
}
