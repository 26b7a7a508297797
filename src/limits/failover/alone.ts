import type { Counter } from '../counter.ts';
import { leastAmount } from '../least-amount.ts';
import { createMemoryStore } from '../memory/memory-store.ts';
import type {
  ChargeOutcome,
  Figures,
  PeekOutcome,
  RenewRequest,
  ReserveItem,
  ReserveOutcome,
  ReserveRequest,
  UsageRequest,
} from '../store.ts';
import { mergeFigures, modeOf, shareOf, uncounted, uncountedGrant } from './local-share.ts';

export interface AloneOptions {
  readonly now: () => number;
  readonly retentionMs: number;
  /** How many processes share the limits; asked each time, since they come and go. */
  readonly replicas: () => number;
}

/** What this process decides by itself, each item as it says: refused, admitted uncounted, or within an equal share. */
export interface Alone {
  reserve(request: ReserveRequest): ReserveOutcome;
  /** Reserves until it is known what others say. */
  hold(request: ReserveRequest): Held | Exclude<ReserveOutcome, { readonly kind: 'admitted' }>;
  charge(request: UsageRequest): ChargeOutcome;
  settle(request: UsageRequest): void;
  renew(requests: readonly RenewRequest[]): void;
  peek(counters: readonly Counter[], done: (outcome: PeekOutcome) => void): void;
  reset(what: { readonly keys: readonly string[] } | { readonly prefix: string }): Promise<void>;
}

export interface Held {
  readonly kind: 'held';
  readonly figures: readonly Figures[];
  /** Reserves for good. */
  keep(): ReserveOutcome;
  giveBack(): void;
}

/** More reservations than this were never made by one process within the life of a reservation. */
const rememberedReservations = 100_000;

export function createAlone({ now, retentionMs, replicas }: AloneOptions): Alone {
  const local = createMemoryStore({ now, retentionMs });
  /** Which counters of a reservation are kept here. */
  const localCounters = new Map<string, readonly Counter[]>();
  let serial = 0;

  const remember = (id: string, counters: readonly Counter[]): void => {
    if (localCounters.size >= rememberedReservations) {
      const oldest = localCounters.keys().next().value;
      if (oldest !== undefined) localCounters.delete(oldest);
    }
    localCounters.set(id, counters);
  };

  /** Those that are counted here, by their share. Who watches waits for the shared store. */
  const localItems = <T extends Pick<ReserveItem, 'counter' | 'onStoreFailure' | 'isAdvisory'>>(
    items: readonly T[],
  ) => {
    const count = replicas();
    const mine = items.filter((item) => modeOf(item) === 'local');
    return mine.map((item) => ({ ...item, counter: shareOf(item.counter, count), isWatched: false }));
  };

  const reserve = (request: ReserveRequest): ReserveOutcome => {
    const modes = request.items.map(modeOf);
    const closed = modes.indexOf('closed');
    if (closed !== -1) {
      return { kind: 'refused', index: closed, reason: 'store-failure', retryAfterMs: undefined, figures: [], modes };
    }
    const items = localItems(request.items);
    let answer: ReserveOutcome | undefined;
    local.reserve({ ...request, items }, (outcome) => {
      answer = outcome;
    });
    if (answer?.kind === 'admitted') {
      const held = items.filter((item) => item.isFinal !== true).map((item) => item.counter);
      if (held.length > 0) remember(request.id, held);
      const grants = mergeFigures(request.items, modes, answer.grants, uncountedGrant);
      return { kind: 'admitted', grants, modes };
    }
    if (answer?.kind === 'refused') {
      const { index: localIndex } = answer;
      const index = modes.map((mode, at) => (mode === 'local' ? at : -1)).filter((at) => at !== -1)[localIndex] ?? 0;
      const item = request.items[index];
      const least = item === undefined ? 0 : leastAmount(item);
      const figures = mergeFigures(request.items, modes, answer.figures, uncounted);
      const reason = least > (item?.counter.limit ?? 0) ? 'too-large' : 'exhausted';
      return { kind: 'refused', index, reason, retryAfterMs: answer.retryAfterMs, figures, modes };
    }
    return answer ?? { kind: 'unavailable', cause: 'error', message: 'no local answer', mayHaveHappened: false };
  };

  const settle = (request: UsageRequest): void => {
    const counters = localCounters.get(request.id);
    if (counters === undefined) return;
    localCounters.delete(request.id);
    const items = counters.map((counter) => ({
      counter,
      amount: request.items.find((item) => item.counter.key === counter.key)?.amount ?? 0,
    }));
    local.settle({ id: request.id, items }, () => undefined);
  };

  return {
    reserve,
    hold(request) {
      // What counts at once could not be taken back.
      const id = `held:${++serial}`;
      const outcome = reserve({ ...request, id, items: request.items.map((item) => ({ ...item, isFinal: false })) });
      if (outcome.kind !== 'admitted') return outcome;
      const giveBack = (): void => settle({ id, items: [] });
      return {
        kind: 'held',
        figures: outcome.grants,
        giveBack,
        keep() {
          giveBack();
          return reserve(request);
        },
      };
    },
    charge(request) {
      const modes = request.items.map(modeOf);
      const items = localItems(request.items);
      if (items.length > 0) {
        remember(
          request.id,
          items.map((item) => item.counter),
        );
      }
      let answer: ChargeOutcome | undefined;
      local.charge({ ...request, items }, (outcome) => {
        answer = outcome;
      });
      if (answer?.kind !== 'charged') return answer ?? { kind: 'ended' };
      const merged = mergeFigures(request.items, modes, answer.items, (item) => ({
        hasRoom: modeOf(item) === 'open',
        ...uncounted(item),
      }));
      return { kind: 'charged', items: merged };
    },
    settle,
    renew(requests) {
      const here = requests.flatMap((request) => {
        const counters = localCounters.get(request.id);
        return counters === undefined ? [] : [{ ...request, counters }];
      });
      if (here.length > 0) local.renew(here, () => undefined);
    },
    peek(counters, done) {
      const count = replicas();
      local.peek(
        counters.map((counter) => shareOf(counter, count)),
        done,
      );
    },
    async reset(what) {
      await local.reset(what);
    },
  };
}
