import { startRedis } from '../../../e2e/support/redis.ts';
import { openRedis } from '../testing/open-redis.ts';
import { describeStore } from '../testing/store-suite.ts';

describeStore('store in a Redis', async () => {
  const redis = await startRedis();
  return { create: (now) => openRedis(redis.url, { now }), stop: () => redis.stop() };
});
