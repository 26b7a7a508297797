import type { Candidate } from './candidate.ts';
import { type Cluster, clustersOf, shownAtEnd, winnerOf } from './cluster.ts';
import type { Excerpt } from './excerpt.ts';
import type { Hiding } from './redaction/hiding.ts';
import { replacement } from './redaction/replacement.ts';
import { redactionOf } from './rule.ts';

export interface Composed {
  readonly output: string;
  /** Everything before it is in the output. */
  readonly boundary: number;
  /** Members of the cluster at the boundary, which later findings may still lengthen. */
  readonly open: readonly Candidate[];
}

const none: readonly Candidate[] = [];

/**
 * The text from `from` to `until` with what was found replaced. No finding that is still to come starts before `until`;
 * a cluster that reaches beyond it is left for later, unless this is the end.
 */
export function compose(
  { text, base }: Excerpt,
  from: number,
  until: number,
  redactions: readonly Candidate[],
  hiding: Hiding,
): Composed {
  if (redactions.length === 0) return { output: text.slice(from - base, until - base), boundary: until, open: none };
  let output = '';
  let position = from;
  for (const cluster of clustersOf(redactions)) {
    if (cluster.end > until) {
      output += text.slice(position - base, cluster.start - base);
      return { output, boundary: cluster.start, open: cluster.members };
    }
    output += text.slice(position - base, cluster.start - base);
    output += replaced(cluster, text.slice(cluster.start - base, cluster.end - base), hiding);
    position = cluster.end;
  }
  return { output: output + text.slice(position - base, until - base), boundary: until, open: none };
}

function replaced(cluster: Cluster, value: string, hiding: Hiding): string {
  const winner = winnerOf(cluster);
  const redaction = redactionOf(winner.rule, winner.entity);
  const applied = redaction.style === 'mask' ? { ...redaction, keepLast: shownAtEnd(cluster) } : redaction;
  return replacement(applied, winner.entity, value, hiding);
}
