export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** The last line of every test run, in a form that scripts can rely on. */
export function closingLine(totals: Totals): string {
  return `${totals.passed} passed, ${totals.failed} failed`;
}
