import { boundariesAround } from '../calendar.ts';
import { type BucketCounter, type Counter, defaultSlices, drainOf } from '../counter.ts';
import type { Figures } from '../store.ts';
import { lowerTold, nothingTold, type Told } from './told.ts';

/**
 * The arithmetic of counters. The Redis scripts say the same in Lua (redis/lua-counter.ts); one test suite holds both
 * to it.
 */
export interface CounterState {
  counter: Counter;
  /** Settled usage of the period; of a bucket its level, in units of `1 / scale`, reservations included. */
  used: number;
  /** What living reservations hold. */
  reserved: number;
  /** Start of the period, of the newest slice, or when the bucket was last drained. Never goes back. */
  since: number;
  scale: number;
  /** Of a rolling counter, oldest first. `used` is their sum. */
  slices: { readonly start: number; amount: number }[];
  /** No reservation ends by itself before this. */
  nextEnd: number;
  held: Map<string, Held>;
  /** To who watches it. */
  told: Told;
}

export interface Held {
  endsAt: number;
  /** What is counted for it. */
  amount: number;
  /** How much of that is known to be used. */
  spent: number;
  /** Its time is up; kept because what was spent by then must not be charged again. */
  hasEnded: boolean;
}

/** When a place among concurrent requests becomes free is unknown; this is when to look again. */
export const concurrencyRetryMs = 1_000;

export function newCounterState(counter: Counter): CounterState {
  return {
    counter,
    used: 0,
    reserved: 0,
    since: 0,
    scale: 1,
    slices: [],
    nextEnd: Number.POSITIVE_INFINITY,
    held: new Map(),
    told: nothingTold,
  };
}

/** Brings a counter up to now: drained, rolled over, without reservations whose time is up. */
export function advance(state: CounterState, counter: Counter, now: number, retentionMs: number): void {
  if (state.counter !== counter) take(state, counter, now);
  passTime(state, now);
  if (now >= state.nextEnd) endReservations(state, now, retentionMs);
}

/** A limit that changes keeps its usage; only that of another kind of counter means nothing here. */
function take(state: CounterState, counter: Counter, now: number): void {
  if (state.counter.kind !== counter.kind) {
    const isBucket = counter.kind === 'bucket';
    state.scale = isBucket ? drainOf(counter).scale : 1;
    state.used = isBucket ? state.reserved * state.scale : 0;
    state.since = isBucket ? now : 0;
    state.slices = [];
    state.told = nothingTold;
  }
  state.counter = counter;
}

function passTime(state: CounterState, now: number): void {
  const { counter } = state;
  switch (counter.kind) {
    case 'bucket': {
      const { perMs, scale } = drainOf(counter);
      if (scale !== state.scale) {
        state.used = Math.ceil((state.used * scale) / state.scale);
        state.scale = scale;
      }
      const moment = Math.max(now, state.since);
      state.used = Math.max(0, state.used - (moment - state.since) * perMs);
      state.since = moment;
      return;
    }
    case 'fixed':
      beginPeriod(state, now - (now % counter.windowMs));
      return;
    case 'calendar': {
      const [first, second, third] = boundariesAround(now, counter.unit, counter.timeZone);
      beginPeriod(state, now >= third ? third : now >= second ? second : first);
      return;
    }
    case 'rolling': {
      const sliceMs = sliceOf(counter);
      const moment = Math.max(now, state.since);
      state.since = moment - (moment % sliceMs);
      let oldest = state.slices[0];
      while (oldest !== undefined && oldest.start + sliceMs <= moment - counter.windowMs) {
        state.used -= oldest.amount;
        state.slices.shift();
        oldest = state.slices[0];
        lowerTold(state);
      }
      return;
    }
    case 'concurrency':
      return;
  }
}

function beginPeriod(state: CounterState, start: number): void {
  if (start <= state.since) return;
  state.since = start;
  state.used = 0;
  lowerTold(state);
}

function endReservations(state: CounterState, now: number, retentionMs: number): void {
  let next = Number.POSITIVE_INFINITY;
  for (const [id, held] of state.held) {
    if (held.endsAt <= now) {
      if (held.hasEnded || held.spent === 0) state.held.delete(id);
      if (held.hasEnded) continue;
      release(state, held, held.spent);
      if (held.spent === 0) continue;
      held.amount = held.spent;
      held.hasEnded = true;
      held.endsAt = now + retentionMs;
    }
    next = Math.min(next, held.endsAt);
  }
  state.nextEnd = next;
}

/** Ends what a reservation holds; `used` of it stays counted. */
export function release(state: CounterState, held: Held, used: number): void {
  state.reserved -= held.amount;
  count(state, state.counter.kind === 'bucket' ? used - held.amount : used);
}

/** Counts usage for good; gives back when negative. */
export function count(state: CounterState, amount: number): void {
  const { counter } = state;
  if (counter.kind === 'concurrency') return;
  if (counter.kind === 'bucket') {
    state.used = clamp(state.used + amount * state.scale);
    return;
  }
  if (counter.kind !== 'rolling') {
    state.used = clamp(state.used + amount);
    return;
  }
  const newest = state.slices.at(-1);
  if (newest !== undefined && newest.start === state.since) {
    const before = newest.amount;
    newest.amount = clamp(before + amount);
    state.used += newest.amount - before;
  } else if (amount > 0) {
    state.slices.push({ start: state.since, amount });
    state.used += amount;
  }
}

/** Holds an amount for a reservation. */
export function hold(state: CounterState, amount: number): void {
  state.reserved += amount;
  if (state.counter.kind === 'bucket') count(state, amount);
}

export function remainingOf(state: CounterState): number {
  const { counter } = state;
  if (counter.kind === 'bucket')
    return Math.max(0, Math.floor((counter.limit * state.scale - state.used) / state.scale));
  return Math.max(0, counter.limit - state.used - state.reserved);
}

export function figuresOf(state: CounterState, now: number): Figures {
  const used = state.counter.kind === 'bucket' ? Math.ceil(state.used / state.scale) : state.used + state.reserved;
  return { remaining: remainingOf(state), used, reserved: state.reserved, resetMs: resetIn(state, now) };
}

function resetIn(state: CounterState, now: number): number {
  const { counter } = state;
  switch (counter.kind) {
    case 'bucket':
      return drainTime(counter, state.used);
    case 'fixed':
    case 'calendar':
      return state.used + state.reserved === 0 ? 0 : periodEnd(state, now) - now;
    case 'rolling': {
      // What is reserved counts from when it is settled: now, at the earliest.
      const newest = state.reserved > 0 ? state.since : state.slices.at(-1)?.start;
      return newest === undefined ? 0 : newest + sliceOf(counter) + counter.windowMs - now;
    }
    case 'concurrency':
      return 0;
  }
}

/** When `amount` more would fit. */
export function retryIn(state: CounterState, amount: number, now: number): number {
  const { counter } = state;
  switch (counter.kind) {
    case 'bucket':
      return drainTime(counter, state.used + (amount - counter.limit) * state.scale);
    case 'fixed':
    case 'calendar':
      return periodEnd(state, now) - now;
    case 'rolling': {
      let missing = state.used + state.reserved + amount - counter.limit;
      for (const slice of state.slices) {
        missing -= slice.amount;
        if (missing <= 0) return slice.start + sliceOf(counter) + counter.windowMs - now;
      }
      return counter.windowMs;
    }
    case 'concurrency':
      return concurrencyRetryMs;
  }
}

function periodEnd(state: CounterState, now: number): number {
  const { counter } = state;
  if (counter.kind === 'fixed') return state.since + counter.windowMs;
  if (counter.kind !== 'calendar') return now;
  const boundaries = boundariesAround(now, counter.unit, counter.timeZone);
  return boundaries.find((boundary) => boundary > state.since) ?? boundaries[3];
}

function drainTime(counter: BucketCounter, level: number): number {
  const { perMs } = drainOf(counter);
  return perMs === 0 ? 0 : Math.max(0, Math.ceil(level / perMs));
}

export function sliceOf(counter: { readonly windowMs: number; readonly slices?: number }): number {
  return Math.ceil(counter.windowMs / (counter.slices ?? defaultSlices));
}

function clamp(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value));
}
