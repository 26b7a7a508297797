import type { CounterReport } from '../store.ts';
import { type CounterState, figuresOf } from './counter-state.ts';

/** A counter as an operator sees it. */
export function reportOf(state: CounterState, now: number): CounterReport {
  let living = 0;
  for (const held of state.held.values()) if (!held.hasEnded) living += held.amount;
  return { counter: state.counter, ...figuresOf(state, now), drift: state.reserved - living };
}
