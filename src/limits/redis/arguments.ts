import { boundariesAround } from '../calendar.ts';
import { type Counter, drainOf, formatSpec } from '../counter.ts';
import { sliceOf } from '../memory/counter-state.ts';

export type Argument = string | number;

/** The seven arguments by which scripts know a counter. `now` is ours; the script finds its own among the boundaries. */
export function pushCounter(into: Argument[], counter: Counter, now: number): void {
  const spec = formatSpec(counter);
  switch (counter.kind) {
    case 'bucket': {
      const { perMs, scale } = drainOf(counter);
      into.push(spec, 'b', counter.limit, perMs, scale, 0, 0);
      return;
    }
    case 'fixed':
      into.push(spec, 'f', counter.limit, counter.windowMs, 0, 0, 0);
      return;
    case 'calendar':
      into.push(spec, 'k', counter.limit, ...boundariesAround(now, counter.unit, counter.timeZone));
      return;
    case 'rolling':
      into.push(spec, 'r', counter.limit, sliceOf(counter), counter.windowMs, 0, 0);
      return;
    case 'concurrency':
      into.push(spec, 'c', counter.limit, 0, 0, 0, 0);
      return;
  }
}
