import { sha256Hex } from '../../src/lib/hash.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import { createFailoverStore } from '../../src/limits/failover/failover-store.ts';
import { createLeasedStore } from '../../src/limits/leases/leased-store.ts';
import { createMemoryStore } from '../../src/limits/memory/memory-store.ts';
import { openSnapshotStore } from '../../src/limits/memory/snapshot-file.ts';
import { createRedisStore } from '../../src/limits/redis/redis-store.ts';
import type { Store } from '../../src/limits/store.ts';
import type { Program } from '../../src/program/program.ts';
import type { MemoryStoreSettings, RedisStoreSettings } from '../../src/program/store-settings.ts';
import { openingStore } from './opening-store.ts';
import { redisAccess, redisIdentity } from './redis-target.ts';

export interface Stores {
  /** Where the limits of this program are counted. The same one as long as its settings are the same. */
  storeOf(program: Program): Store;
  close(): Promise<void>;
}

/** Requests that began with the settings before settle in their store; streams may take this long. */
const lingerMs = 15 * 60_000;

export function createStores(log: Logger, metrics: MetricsRegistry): Stores {
  const isAway = metrics.gauge('sluice_limits_store_away', '1 while the shared store of limits cannot be reached.');
  const lost = metrics.counter('sluice_limits_settlements_lost_total', 'Settlements that the store never heard of.');
  let identity = '';
  let current: Store | undefined;
  let last: Program | undefined;
  const retiring = new Map<Store, NodeJS.Timeout>();

  function retire(store: Store): void {
    const close = () => {
      retiring.delete(store);
      void store.close();
    };
    retiring.set(store, setTimeout(close, lingerMs).unref());
  }

  function open({ settings: { store }, secrets }: Program): Store {
    return store.kind === 'memory' ? memoryStore(store) : redisStore(store, secrets);
  }

  function memoryStore({ snapshot }: MemoryStoreSettings): Store {
    return snapshot === '' ? createMemoryStore() : openingStore(openSnapshotStore({ path: snapshot, log }));
  }

  function redisStore(settings: RedisStoreSettings, secrets: Program['secrets']): Store {
    const { keyPrefix, commandTimeoutMs, mostQueued, leaseTokens, replicas } = settings;
    const shared = createRedisStore({
      ...redisAccess(settings, secrets),
      ...(keyPrefix !== '' && { prefix: keyPrefix }),
      commandTimeoutMs,
      maxInFlight: mostQueued,
    });
    const failover = createFailoverStore({
      shared,
      replicas: () => replicas,
      onAvailability(isAvailable) {
        isAway.set(isAvailable ? 0 : 1);
        if (isAvailable) log.info('limits: the shared store is back');
        else log.error('limits: the shared store cannot be reached; each limit does what its onStoreFailure says');
      },
      onLoss(count) {
        lost.increment(count);
        log.error({ count }, 'limits: settlements are lost, the counters will be too low');
      },
    });
    if (leaseTokens === 0) return failover;
    return createLeasedStore({
      shared: failover,
      // A part of a small limit must not be missing elsewhere.
      allotmentOf: ({ kind, limit }) =>
        kind === 'concurrency' || leaseTokens * replicas * 10 > limit ? undefined : leaseTokens,
    });
  }

  return {
    storeOf(program) {
      if (program === last && current !== undefined) return current;
      last = program;
      const { store } = program.settings;
      const wanted = store.kind === 'memory' ? JSON.stringify(store) : sha256Hex(redisIdentity(store, program.secrets));
      if (current !== undefined && wanted === identity) return current;
      if (current !== undefined) retire(current);
      identity = wanted;
      current = open(program);
      return current;
    },
    async close() {
      const all = [...retiring.keys(), ...(current === undefined ? [] : [current])];
      for (const timer of retiring.values()) clearTimeout(timer);
      await Promise.all(all.map((store) => store.close()));
    },
  };
}
