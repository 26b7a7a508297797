import { appendFileSync } from 'node:fs';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** The last line of every test run, in a form that scripts can rely on. */
export function closingLine(totals: Totals): string {
  return `${totals.passed} passed, ${totals.failed} failed`;
}

/**
 * Ends a run with its closing line and exit code. Where `SLUICE_TOTALS_FILE` names a file, the run is one of several: its
 * totals go there, and who started it prints the one closing line of them all.
 */
export function closeRun(totals: Totals): void {
  if (totals.failed > 0) process.exitCode = 1;
  const { SLUICE_TOTALS_FILE: file } = process.env;
  if (file) appendFileSync(file, `${totals.passed} ${totals.failed}\n`);
  else console.log(closingLine(totals));
}
