import { boundariesAround } from '../calendar.ts';
import { type Counter, drainOf, formatSpec } from '../counter.ts';
import { sliceOf } from '../memory/counter-state.ts';

export type Argument = string | number | Buffer;

/** A counter and what is asked of it; what an operation does not need is 0. */
export interface PackedItem {
  readonly counter: Counter;
  readonly amount?: number;
  readonly atLeast?: number;
  readonly isAdvisory?: boolean;
  readonly isFinal?: boolean;
  readonly isWatched?: boolean;
}

const headLength = 16;
/** Kind, limit, four numbers by kind, amount, least, flags, and the end of the spec. */
const itemLength = 1 + 7 * 8 + 1 + 1;
const advisory = 1;
const final = 2;
const watched = 4;

/**
 * All numbers of an operation as one argument, since Redis and Lua take many times longer to read them one by one. `now`
 * is ours; the script finds its own among the boundaries of a calendar.
 */
export function packItems(items: readonly PackedItem[], retentionMs: number, ttlMs: number, now: number): Buffer {
  const specs = items.map(({ counter }) => formatSpec(counter));
  const length = specs.reduce((sum, spec) => sum + itemLength + Buffer.byteLength(spec), headLength);
  const bytes = Buffer.allocUnsafe(length);
  let at = bytes.writeDoubleLE(Math.round(retentionMs), 0);
  at = bytes.writeDoubleLE(Math.round(ttlMs), at);
  for (const [index, { counter, amount = 0, atLeast, ...item }] of items.entries()) {
    at += bytes.write(kinds[counter.kind], at, 'latin1');
    at = bytes.writeDoubleLE(counter.limit, at);
    for (const number of numbersOf(counter, now)) at = bytes.writeDoubleLE(number, at);
    at = bytes.writeDoubleLE(amount, at);
    at = bytes.writeDoubleLE(Math.min(amount, atLeast ?? amount), at);
    at = bytes.writeUInt8(flagsOf(item), at);
    at += bytes.write(specs[index] ?? '', at);
    at = bytes.writeUInt8(0, at);
  }
  return bytes;
}

function flagsOf({ isAdvisory, isFinal, isWatched }: Omit<PackedItem, 'counter'>): number {
  return (isAdvisory === true ? advisory : 0) | (isFinal === true ? final : 0) | (isWatched === true ? watched : 0);
}

const kinds = { bucket: 'b', fixed: 'f', calendar: 'k', rolling: 'r', concurrency: 'c' } as const;

function numbersOf(counter: Counter, now: number): readonly number[] {
  switch (counter.kind) {
    case 'bucket': {
      const { perMs, scale } = drainOf(counter);
      return [perMs, scale, 0, 0];
    }
    case 'fixed':
      return [counter.windowMs, 0, 0, 0];
    case 'calendar':
      return boundariesAround(now, counter.unit, counter.timeZone);
    case 'rolling':
      return [sliceOf(counter), counter.windowMs, 0, 0];
    case 'concurrency':
      return [0, 0, 0, 0];
  }
}
