/** One line of a bench: what was measured, as a ratio, against what, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly against: string;
  readonly goal: string;
  /** Undefined: there is no goal. */
  readonly isMet: boolean | undefined;
}

export function printFigure(figure: Figure): void {
  const mark = figure.isMet === undefined ? ' ' : figure.isMet ? '✓' : '✗';
  process.stdout.write(
    `${mark} ${figure.name.padEnd(46)} ${figure.value.padEnd(34)} ${figure.against}${figure.goal === '' ? '' : ` · goal ${figure.goal}`}\n`,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** `4.1 (3.9 to 4.4)`: a figure without its spread says little on a shared machine. */
export function withSpread(values: readonly number[], digits = 2): string {
  const show = (value: number): string => value.toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
