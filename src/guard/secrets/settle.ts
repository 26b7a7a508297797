import type { Finding } from '../detector.ts';

/** The largest position at or before `held` that no finding reaches across. */
export function settle(held: number, findings: readonly Finding[]): number {
  let settled = held;
  for (let before = -1; before !== settled; ) {
    before = settled;
    for (const { start, end } of findings) if (start < settled && end > settled) settled = start;
  }
  return settled;
}
