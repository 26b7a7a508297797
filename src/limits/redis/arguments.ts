import { boundariesAround } from '../calendar.ts';
import { type Counter, drainOf, formatSpec } from '../counter.ts';
import { leastAmount } from '../least-amount.ts';
import { sliceOf } from '../memory/counter-state.ts';
import type { ReserveItem } from '../store.ts';

export type Argument = string | number | Buffer;

/** A counter and what is asked of it; what an operation does not need is 0. */
export type PackedItem = Pick<ReserveItem, 'counter'> & Partial<ReserveItem>;

const headLength = 16;
/** Kind, limit, four numbers by kind, amount, least, flags, and the end of the spec. */
const itemLength = 1 + 7 * 8 + 1 + 1;
const advisory = 1;
const final = 2;
const sharing = 4;
const watched = 8;

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
  for (const [index, item] of items.entries()) {
    const { counter, amount = 0 } = item;
    at += bytes.write(kinds[counter.kind], at, 'latin1');
    at = bytes.writeDoubleLE(counter.limit, at);
    for (const number of numbersOf(counter, now)) at = bytes.writeDoubleLE(number, at);
    at = bytes.writeDoubleLE(amount, at);
    at = bytes.writeDoubleLE(leastAmount({ ...item, amount }), at);
    at = bytes.writeUInt8(flagsOf(item), at);
    at += bytes.write(specs[index] ?? '', at);
    at = bytes.writeUInt8(0, at);
  }
  return bytes;
}

function flagsOf({ isAdvisory, isFinal, sharesRest, isWatched }: PackedItem): number {
  return (
    (isAdvisory === true ? advisory : 0) |
    (isFinal === true ? final : 0) |
    (sharesRest === true ? sharing : 0) |
    (isWatched === true ? watched : 0)
  );
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
