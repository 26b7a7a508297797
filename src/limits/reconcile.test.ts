import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startRedis } from '../../e2e/support/redis.ts';
import type { Counter } from './counter.ts';
import { reconcile } from './reconcile.ts';
import { take } from './testing/answers.ts';
import { openRedis } from './testing/open-redis.ts';

const counter: Counter = { kind: 'fixed', key: 'a', limit: 100, windowMs: 3_600_000 };

describe('reconcile()', () => {
  it('finds nothing in a sound store, and the counter that somebody has meddled with', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url);
    await take(store, 'one', counter, 30);
    await take(store, 'two', { ...counter, key: 'b' }, 30);
    expect(await reconcile(store)).toEqual({ counters: 2, drifting: [] });
    const admin = new Redis(redis.url);
    await admin.hdel('sluice:2:{default}:c:a', '@one');
    admin.disconnect();
    expect(await reconcile(store)).toMatchObject({ counters: 2, drifting: [{ counter, reserved: 30, drift: 30 }] });
    await store.close();
    await redis.stop();
  });
});
