import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../../e2e/support/redis.ts';
import { until } from '../../../e2e/support/until.ts';
import type { Counter } from '../counter.ts';
import { figures, finish, take } from '../testing/answers.ts';
import { openRedis } from '../testing/open-redis.ts';
import { packItems } from './arguments.ts';
import { readReserve } from './reply.ts';
import { createScriptRunner } from './script-runner.ts';
import { reserveScript } from './scripts.ts';

const minute: Counter = { kind: 'calendar', key: 'm', limit: 100, unit: 'minute', timeZone: 'UTC' };

describe('the time of a store in Redis', () => {
  it('is that of the server, not its own', async () => {
    const redis = await startRedis();
    const store = await openRedis(redis.url);
    const bucket: Counter = { kind: 'bucket', key: 'b', limit: 100, windowMs: 3_600_000 };
    await finish(store, 'a', bucket, 100);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 3_600_000 });
    try {
      expect(await take(store, 'b', bucket, 50)).toMatchObject({ kind: 'refused' });
    } finally {
      vi.useRealTimers();
    }
    await store.close();
    await redis.stop();
  });

  it.each([-7_200_000, -90_000, 90_000, 7_200_000])(
    'knows the minute also where the clock is wrong by %d ms',
    async (by) => {
      const redis = await startRedis();
      const right = await openRedis(redis.url);
      await take(right, 'a', minute, 100);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + by });
      const wrong = await openRedis(redis.url);
      try {
        await until('it has heard what time it is', async () => {
          const { resetMs } = await figures(wrong, minute);
          return resetMs >= 0 && resetMs <= 60_000;
        });
        for (const store of [wrong, right]) {
          await take(store, `b${by}`, minute, 100);
          const outcome = await take(store, 'c', minute, 1);
          expect(outcome).toMatchObject({ kind: 'refused', reason: 'exhausted' });
          if (outcome.kind === 'refused') expect(outcome.retryAfterMs).toBeLessThanOrEqual(60_000);
        }
      } finally {
        vi.useRealTimers();
      }
      for (const store of [wrong, right]) await store.close();
      await redis.stop();
    },
  );

  it('does not say of a period that is over that it never ends', async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    const runner = createScriptRunner(client, { maxInFlight: 10, commandTimeoutMs: 5_000 });
    const now = Date.UTC(2026, 10, 22, 12, 0, 30);
    const reserveAt = (id: string, clientsNow: number) =>
      new Promise((resolve) => {
        const items = packItems([{ counter: minute, amount: 100 }], 60_000, 60_000, clientsNow);
        runner.run(reserveScript, [`{x}:r:${id}`, '{x}:c:m'], [now, id, items], (reply) =>
          resolve(reply.kind === 'reply' ? readReserve(reply.numbers) : reply),
        );
      });
    expect(await reserveAt('a', now - 600_000)).toMatchObject({ kind: 'admitted', grants: [{ resetMs: 0 }] });
    expect(await reserveAt('b', now - 600_000)).toMatchObject({
      kind: 'refused',
      reason: 'exhausted',
      retryAfterMs: 0,
    });
    client.disconnect();
    await redis.stop();
  });
});
