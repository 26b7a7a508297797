import type {
  ChargeOutcome,
  ItemMode,
  ReserveItem,
  ReserveOutcome,
  ReserveRequest,
  SettleOutcome,
  Store,
  UsageRequest,
} from '../store.ts';
import type { Alone } from './alone.ts';
import { modeOf, uncounted, uncountedGrant } from './local-share.ts';
import { type Aside, type Parts, partsOf } from './parts.ts';
import type { UnreadableCounters } from './unreadable-counters.ts';

export interface PartialStoreOptions {
  readonly shared: Store;
  readonly alone: Alone;
  readonly unreadable: UnreadableCounters;
}

/**
 * A shared store that has something else in the place of some counters: these are kept alone, and all others go on. What
 * turns out to be unreadable is left aside and the rest asked again, with one counter less at least.
 */
export function createPartialStore({ shared, alone, unreadable }: PartialStoreOptions): Store {
  /** Undefined: the store has answered about all of them. */
  const moreAside = (outcome: { readonly kind: string }, aside: Aside): Aside | undefined => {
    const { counters } = outcome as { readonly counters?: readonly string[] };
    if (counters === undefined) return undefined;
    unreadable.found(counters);
    return new Set([...aside, ...counters]);
  };

  function reserve(request: ReserveRequest, aside: Aside, done: (outcome: ReserveOutcome) => void): void {
    const parts = partsOf(request.items, aside);
    const held = alone.hold({ ...request, items: parts.aside });
    if (held.kind !== 'held') {
      done(ofWhole(held, parts, 'aside'));
      return;
    }
    shared.reserve({ ...request, items: parts.rest }, (outcome) => {
      const more = moreAside(outcome, aside);
      if (more !== undefined || outcome.kind !== 'admitted') {
        held.giveBack();
        if (more !== undefined) return reserve(request, more, done);
      }
      if (outcome.kind !== 'unavailable') unreadable.counted(parts.rest);
      if (outcome.kind !== 'admitted') return done(ofWhole(outcome, parts, 'rest'));
      const kept = held.keep();
      const grants = parts.join(kept.kind === 'admitted' ? kept.grants : [], outcome.grants);
      done({
        ...outcome,
        grants: grants.map((grant, index) => grant ?? uncountedGrant(request.items[index] as ReserveItem)),
        modes: modesOf(parts),
      });
    });
  }

  function charge(request: UsageRequest, aside: Aside, done: (outcome: ChargeOutcome) => void): void {
    const parts = partsOf(request.items, aside);
    shared.charge({ ...request, items: parts.rest }, (outcome) => {
      const more = moreAside(outcome, aside);
      if (more !== undefined) return charge(request, more, done);
      if (outcome.kind !== 'unavailable') unreadable.counted(parts.rest);
      if (outcome.kind !== 'charged') return done(outcome);
      const local = alone.charge({ ...request, items: parts.aside });
      const items = parts.join(local.kind === 'charged' ? local.items : [], outcome.items);
      done({ ...outcome, items: items.map((item, index) => item ?? unknown(request, index)) });
    });
  }

  function settle(request: UsageRequest, aside: Aside, done: (outcome: SettleOutcome) => void): void {
    const parts = partsOf(request.items, aside);
    shared.settle({ ...request, items: parts.rest }, (outcome) => {
      const more = moreAside(outcome, aside);
      if (more !== undefined) return settle(request, more, done);
      if (outcome.kind !== 'unavailable') unreadable.counted(parts.rest);
      if (outcome.kind !== 'settled') return done(outcome);
      const figures = parts.join([], outcome.figures);
      done({ ...outcome, figures: figures.map((figure, index) => figure ?? unknown(request, index)) });
    });
  }

  return {
    ...shared,
    reserve(request, done) {
      const aside = unreadable.among(request.items);
      if (aside !== undefined) return reserve(request, aside, done);
      shared.reserve(request, (outcome) => {
        const more = moreAside(outcome, nothing);
        if (more !== undefined) return reserve(request, more, done);
        if (outcome.kind !== 'unavailable') unreadable.counted(request.items);
        done(outcome);
      });
    },
    charge: (request, done) => charge(request, unreadable.among(request.items) ?? nothing, done),
    settle: (request, done) => settle(request, unreadable.among(request.items) ?? nothing, done),
  };
}

const nothing: Aside = new Set();

/** What is said about a part, in terms of all items. */
function ofWhole(
  outcome: Exclude<ReserveOutcome, { readonly kind: 'admitted' }>,
  parts: Parts<ReserveItem>,
  part: 'aside' | 'rest',
): ReserveOutcome {
  if (outcome.kind !== 'refused') return outcome;
  const figures = part === 'aside' ? parts.join(outcome.figures, []) : parts.join([], outcome.figures);
  return { ...outcome, index: parts.indexes[part][outcome.index] ?? 0, figures, modes: modesOf(parts) };
}

function modesOf(parts: Parts<ReserveItem>): readonly ItemMode[] {
  return parts.join<ItemMode>(parts.aside.map(modeOf), []).map((mode) => mode ?? 'shared');
}

function unknown({ items }: UsageRequest, index: number) {
  const item = items[index];
  const mode = item === undefined ? 'open' : modeOf(item);
  return { hasRoom: mode !== 'closed', ...(item === undefined ? noFigures : uncounted(item)) };
}

const noFigures = { remaining: 0, used: 0, reserved: 0, resetMs: 0 };
