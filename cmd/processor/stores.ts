import { sha256Hex } from '../../src/lib/hash.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import { createFailoverStore } from '../../src/limits/failover/failover-store.ts';
import { allotmentOf } from '../../src/limits/leases/allotment.ts';
import { createLeasedStore } from '../../src/limits/leases/leased-store.ts';
import { createMemoryStore } from '../../src/limits/memory/memory-store.ts';
import { openSnapshotStore } from '../../src/limits/memory/snapshot-file.ts';
import { redisKeys } from '../../src/limits/redis/keys.ts';
import { createRedisStore, defaultPrefix } from '../../src/limits/redis/redis-store.ts';
import type { Store } from '../../src/limits/store.ts';
import type { Program } from '../../src/program/program.ts';
import type { MemoryStoreSettings, RedisStoreSettings } from '../../src/program/store-settings.ts';
import { openingStore } from './opening-store.ts';
import { perSettings } from './per-settings.ts';
import { redisAccess, redisIdentity } from './redis-target.ts';
import { snapshotOf } from './snapshot-path.ts';

export interface Stores {
  /** Where the limits of this program are counted. The same one as long as its settings are the same. */
  storeOf(program: Program): Store;
  close(): Promise<void>;
}

/** All counters are those of one tenant. */
const partition = 'default';

/** Requests that began with the settings before settle in their store; streams may take this long. */
const lingerMs = 15 * 60_000;

/** `index`: which of the processors beside one Envoy this is; each keeps a snapshot of its own. */
export function createStores(log: Logger, metrics: MetricsRegistry, index: number): Stores {
  const isAway = metrics.gauge('sluice_limits_store_away', '1 while the shared store of limits cannot be reached.');
  const lost = metrics.counter('sluice_limits_settlements_lost_total', 'Settlements that the store never heard of.');
  const unreadable = metrics.counter(
    'sluice_limits_counters_unreadable_total',
    'Times that something else was found in the place of a counter.',
  );
  function open({ settings: { store }, secrets }: Program): Store {
    return store.kind === 'memory' ? memoryStore(store) : redisStore(store, secrets);
  }

  function memoryStore({ snapshot }: MemoryStoreSettings): Store {
    return snapshot === ''
      ? createMemoryStore()
      : openingStore(openSnapshotStore({ path: snapshotOf(snapshot, index), log }));
  }

  function redisStore(settings: RedisStoreSettings, secrets: Program['secrets']): Store {
    const { keyPrefix, commandTimeoutMs, mostQueued, leaseTokens, replicas } = settings;
    const prefix = keyPrefix || defaultPrefix;
    const keys = redisKeys(prefix, partition);
    const shared = createRedisStore({
      ...redisAccess(settings, secrets),
      prefix,
      partition,
      commandTimeoutMs,
      maxInFlight: mostQueued,
    });
    const failover = createFailoverStore({
      shared,
      replicas: () => replicas,
      onAvailability(isAvailable, reason) {
        isAway.set(isAvailable ? 0 : 1);
        if (isAvailable) log.info('limits: the shared store is back');
        else
          log.error({ reason }, 'limits: the shared store cannot count; each limit does what its onStoreFailure says');
      },
      onReason: (reason) => log.warn({ reason }, 'limits: the shared store still cannot count'),
      onLoss(count) {
        lost.increment(count);
        log.error({ count }, 'limits: settlements are lost, the counters will be too low');
      },
      onUnreadable(counter, isNew) {
        unreadable.increment();
        if (!isNew) return;
        const limit = limitOf(counter);
        log.error(
          { limit, redisKey: keys.counter(counter) },
          `limits: Redis has something else in the place of a counter; its limit does what its onStoreFailure says until it is removed: sluice limits reset --limit ${limit}`,
        );
      },
      onReadable: (counter) => log.info({ limit: limitOf(counter) }, 'limits: a counter can be read again'),
    });
    if (leaseTokens === 0) return failover;
    return createLeasedStore({ shared: failover, allotmentOf: allotmentOf({ leaseTokens, replicas }) });
  }

  const stores = perSettings({
    identityOf: ({ settings: { store }, secrets }) =>
      store.kind === 'memory' ? `memory ${store.snapshot}` : sha256Hex(redisIdentity(store, secrets)),
    open,
    close: (store) => store.close(),
    lingerMs,
  });
  return { storeOf: stores.of, close: () => stores.closeAll((store) => store.close()) };
}

/** A counter is called after its limit: `limit:per-tenant:key=checkout`. */
function limitOf(counter: string): string {
  return counter.split(':')[1] ?? counter;
}
