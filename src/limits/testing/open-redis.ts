import type { RedisTarget } from '../redis/connection.ts';
import { createRedisStore, type RedisStoreOptions } from '../redis/redis-store.ts';
import type { Store } from '../store.ts';
import { peek } from './answers.ts';

/** A store in a Redis, once it is connected. A time-out that a busy test machine does not reach. */
export async function openRedis(
  where: string | RedisTarget,
  options: Omit<RedisStoreOptions, 'target'> = {},
): Promise<Store> {
  const target = typeof where === 'string' ? redisAt(where) : where;
  const store = createRedisStore({ commandTimeoutMs: 5_000, ...options, target });
  await connected(store);
  return store;
}

/** The one Redis of a URL such as `redis://127.0.0.1:6379`, without a login. */
export function redisAt(url: string): RedisTarget {
  return { address: { kind: 'single', nodes: [nodeAt(url)], database: 0 }, isTls: false };
}

export function nodeAt(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
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
