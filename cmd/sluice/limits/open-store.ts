import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { createMemoryStore } from '../../../src/limits/memory/memory-store.ts';
import { parseSnapshot } from '../../../src/limits/memory/snapshot.ts';
import { createRedisStore } from '../../../src/limits/redis/redis-store.ts';
import type { Store } from '../../../src/limits/store.ts';
import type { Program } from '../../../src/program/program.ts';
import { redisAccess } from '../../processor/redis-target.ts';
import { snapshotOf } from '../../processor/snapshot-path.ts';

export interface OpenStore {
  readonly store: Store;
  /** Half a sentence: where the figures come from. */
  readonly source: string;
  /** What is reset in a copy would be back in a moment. */
  readonly isCopy: boolean;
}

/** An operator may wait longer than a request does. */
const commandTimeoutMs = 5_000;

/** The store that the limits of a policy are counted in. */
export async function openStore({ settings, secrets }: Program): Promise<Result<OpenStore>> {
  const { store } = settings;
  if (store.kind === 'redis') {
    const { keyPrefix, addresses } = store;
    const redis = createRedisStore({
      ...redisAccess(store, secrets),
      ...(keyPrefix !== '' && { prefix: keyPrefix }),
      commandTimeoutMs,
    });
    return ok({ store: redis, source: `Redis at ${addresses.join(', ')}`, isCopy: false });
  }
  if (store.snapshot === '') {
    return err(
      'This policy counts in the memory of its processors, which nobody else can read. Name a Redis or a snapshot file in spec.store of its GatewayPolicy.',
    );
  }
  return openSnapshots(store.snapshot);
}

/** Each processor beside an Envoy has its own: the first one where policy says, the next ones at names of their own. */
async function openSnapshots(path: string): Promise<Result<OpenStore>> {
  const first = await openSnapshot(path);
  if (!first.ok) return first;
  const stores = [first.value];
  for (let index = 1; ; index++) {
    const next = await openSnapshot(snapshotOf(path, index));
    if (!next.ok) break;
    stores.push(next.value);
  }
  const store: Store = {
    ...first.value,
    list: async (prefix) => (await Promise.all(stores.map((each) => each.list(prefix)))).flat(),
  };
  const source = stores.length === 1 ? `the snapshot ${path}` : `${stores.length} snapshots of processors at ${path}`;
  return ok({ store, source: `${source}, seconds old`, isCopy: true });
}

async function openSnapshot(path: string): Promise<Result<Store>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return err(`The snapshot ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return err(`The snapshot ${path} is not JSON.`);
  }
  const parsed = parseSnapshot(data);
  if (!parsed.ok) return err(`The snapshot ${path} cannot be used: ${parsed.error}.`);
  const store = createMemoryStore();
  store.restore(data);
  return ok(store);
}
