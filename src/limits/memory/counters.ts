import type { Counter } from '../counter.ts';
import { advance, type CounterState, newCounterState } from './counter-state.ts';

/** Fewer counters are not looked through for idle ones. */
const fewest = 1_000;

/** The counters of a process, each brought up to now when it is asked for. */
export interface Counters {
  readonly size: number;
  /** Begins one where there is none. */
  of(counter: Counter, now: number): CounterState;
  /** Begins none: what nobody has counted yet reads as empty. */
  seen(counter: Counter, now: number): CounterState;
  /** Those whose keys begin like this, by key. */
  below(prefix: string, now: number): readonly CounterState[];
  /** Whether there was such a one. */
  remove(key: string): boolean;
  keys(): readonly string[];
  readonly states: ReadonlyMap<string, CounterState>;
  /** Takes the place of one of that key. */
  put(key: string, state: CounterState): void;
}

export function createCounters(retentionMs: number): Counters {
  const states = new Map<string, CounterState>();
  let sweepAt = fewest;

  /** Counters that hold nothing are as good as none; without this every value a caller invents would stay for ever. */
  function dropIdle(now: number): void {
    for (const [key, state] of states) {
      advance(state, state.counter, now, retentionMs);
      if (state.used === 0 && state.held.size === 0) states.delete(key);
    }
    sweepAt = Math.max(fewest, 2 * states.size);
  }

  return {
    get size() {
      return states.size;
    },
    of(counter, now) {
      let state = states.get(counter.key);
      if (state === undefined) {
        if (states.size >= sweepAt) dropIdle(now);
        state = newCounterState(counter);
        states.set(counter.key, state);
      }
      advance(state, counter, now, retentionMs);
      return state;
    },
    seen(counter, now) {
      const state = states.get(counter.key) ?? newCounterState(counter);
      advance(state, counter, now, retentionMs);
      return state;
    },
    below(prefix, now) {
      const found = [...states].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [, state] of found) advance(state, state.counter, now, retentionMs);
      return found.map(([, state]) => state);
    },
    remove: (key) => states.delete(key),
    keys: () => [...states.keys()],
    states,
    put: (key, state) => void states.set(key, state),
  };
}
