import type { Finding } from '../detector.ts';

/**
 * In order, each kind once for each start, and what yields only where no other kind covers it from the same start: only
 * findings with the same start are compared, so what is reported does not depend on where a scan began.
 */
export function distinct(findings: readonly Finding[], yielding: ReadonlySet<string>): readonly Finding[] {
  const sorted = findings.toSorted((a, b) => a.start - b.start || b.end - a.end || b.score - a.score);
  const kept: Finding[] = [];
  for (let from = 0; from < sorted.length; ) {
    const start = sorted[from]?.start;
    let to = from;
    while (to < sorted.length && sorted[to]?.start === start) to += 1;
    const group = sorted.slice(from, to);
    const longest = Math.max(0, ...group.map((finding) => (yielding.has(finding.entity) ? 0 : finding.end)));
    const seen = new Set<string>();
    for (const finding of group) {
      if (seen.has(finding.entity) || (yielding.has(finding.entity) && finding.end <= longest)) continue;
      seen.add(finding.entity);
      kept.push(finding);
    }
    from = to;
  }
  return kept;
}
