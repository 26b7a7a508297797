import type { Resource } from '../snapshot/resource.ts';
import { deltaDue, nextDeltaResponse } from './delta.ts';
import { isSotwDue, nextSotwResponse } from './sotw.ts';
import type { TypeState } from './type-state.ts';

/** A response of either variant, before it is encoded. `removed` is always empty in state-of-the-world. */
export interface OutgoingResponse {
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
}

export type Variant = 'sotw' | 'delta';

export function nextResponse(
  variant: Variant,
  state: TypeState,
  desired: ReadonlyMap<string, Resource>,
  mayRemove: boolean,
  now: number,
): OutgoingResponse | undefined {
  if (variant === 'sotw') {
    const response = nextSotwResponse(state, desired, now);
    return response && { ...response, removed: [] };
  }
  const response = nextDeltaResponse(state, desired, mayRemove, now);
  return response && { ...response, version: '' };
}

export function isDue(variant: Variant, state: TypeState, desired: ReadonlyMap<string, Resource>): boolean {
  return variant === 'sotw' ? isSotwDue(state, desired) : deltaDue(state, desired, true) !== undefined;
}
