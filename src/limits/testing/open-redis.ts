import { parseRedisUrl } from '../redis/connection.ts';
import { createRedisStore, type RedisStoreOptions } from '../redis/redis-store.ts';
import type { Store } from '../store.ts';
import { peek } from './answers.ts';

/** A store in the Redis of a URL, once it is connected. A time-out that a busy test machine does not reach. */
export async function openRedis(url: string, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
  const target = parseRedisUrl(url);
  if (!target.ok) throw new Error(target.error);
  const store = createRedisStore({ commandTimeoutMs: 5_000, ...options, target: target.value });
  await connected(store);
  return store;
}

/** Until the store answers. */
export async function connected(store: Store): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; ) {
    const outcome = await peek(store, []);
    if (outcome.kind === 'figures') return;
    if (Date.now() > deadline) throw new Error(`no connection: ${outcome.message}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
