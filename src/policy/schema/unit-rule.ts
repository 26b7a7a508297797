import type { ServerRule } from './server-notes.ts';

export interface UnitRange {
  /** Suffixes and what they stand for. Longer suffixes first: `ms` ends in `s`. */
  readonly units: readonly (readonly [suffix: string, factor: number])[];
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** The value may also be a plain number; then that is checked by minimum and maximum. */
  readonly mayBeNumber?: boolean;
}

/** A text of a number and a unit lies in a range, for an API server: `30s` from `1ms` to `5m`. */
export function unitRule({ units, from, to, message, mayBeNumber }: UnitRange): ServerRule {
  const value = units.reduceRight((otherwise, [suffix, factor]) => {
    const number = `double(self.substring(0, self.size() - ${suffix.length})) * ${double(factor)}`;
    return `self.endsWith("${suffix}") ? ${number} : ${otherwise}`;
  }, 'double(self)');
  const isInRange = `[${value}].all(n, n >= ${double(from)} && n <= ${double(to)})`;
  return { rule: mayBeNumber === true ? `type(self) == int || ${isInRange}` : isInRange, message };
}

/** CEL tells 1.0 from 1. */
function double(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
