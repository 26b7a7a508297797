import type { ServerRule } from './server-notes.ts';

/** Suffixes and what they stand for. Longer suffixes first: `ms` ends in `s`. */
export type Units = readonly (readonly [suffix: string, factor: number])[];

export interface UnitRange {
  readonly units: Units;
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** The value may also be a plain number; then that is checked by minimum and maximum. */
  readonly mayBeNumber?: boolean;
}

/** A text of a number and a unit lies in a range, for an API server: `30s` from `1ms` to `5m`. */
export function unitRule({ units, from, to, message, mayBeNumber }: UnitRange): ServerRule {
  const isInRange = `[${unitValue('self', units)}].all(n, n >= ${double(from)} && n <= ${double(to)})`;
  return { rule: mayBeNumber === true ? `type(self) == int || ${isInRange}` : isInRange, message };
}

/** What a text of a number and a unit stands for, in CEL. */
export function unitValue(text: string, units: Units): string {
  return units.reduceRight((otherwise, [suffix, factor]) => {
    const number = `double(${text}.substring(0, ${text}.size() - ${suffix.length})) * ${double(factor)}`;
    return `${text}.endsWith("${suffix}") ? ${number} : ${otherwise}`;
  }, `double(${text})`);
}

/** CEL tells 1.0 from 1. */
function double(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
