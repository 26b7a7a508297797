/*
 * What limits cost: reserving and settling three counters, one round trip each, against a plain INCRBY of the same
 * Redis in the same run; and in memory.
 */
import { Redis } from 'ioredis';
import { startRedis } from '../e2e/support/redis.ts';
import type { Counter } from '../src/limits/counter.ts';
import { createMemoryStore } from '../src/limits/memory/memory-store.ts';
import { createRedisStore } from '../src/limits/redis/redis-store.ts';
import type { Store } from '../src/limits/store.ts';
import { cpuSeconds } from './support/cpu.ts';
import { median, printFigure, withSpread } from './support/figure.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 3 : 7;
const pairs = isQuick ? 4_000 : 20_000;
const inFlight = 64;

const counters: readonly Counter[] = [
  { kind: 'bucket', key: 'limit:tokens:key=bench', limit: 1_000_000_000, windowMs: 60_000 },
  { kind: 'concurrency', key: 'limit:once:key=bench', limit: 1_000_000 },
  { kind: 'calendar', key: 'budget:month:team=bench', limit: 9_000_000_000_000, unit: 'month', timeZone: 'UTC' },
];
const reserved = counters.map((counter) => ({ counter, amount: counter.kind === 'concurrency' ? 1 : 1_000 }));
const used = counters.map((counter) => ({ counter, amount: counter.kind === 'concurrency' ? 0 : 600 }));

let serial = 0;
function pair(store: Store, done: () => void): void {
  const id = `bench-${process.pid}-${++serial}`;
  store.reserve({ id, ttlMs: 60_000, items: reserved }, (outcome) => {
    if (outcome.kind !== 'admitted') throw new Error(outcome.kind);
    store.settle({ id, items: used }, () => done());
  });
}

function run(one: (done: () => void) => void, count: number): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let finished = 0;
    const next = (): void => {
      if (started === count) return;
      started++;
      one(() => {
        finished++;
        if (finished === count) resolve();
        else setImmediate(next);
      });
    };
    for (let i = 0; i < inFlight; i++) next();
  });
}

const redis = await startRedis();
const address = { kind: 'single', nodes: [{ host: '127.0.0.1', port: redis.port }], database: 0 } as const;
const store = createRedisStore({ target: { address, isTls: false }, commandTimeoutMs: 10_000 });
const client = new Redis({ host: '127.0.0.1', port: redis.port });
await client.ping();
await new Promise((resolve) => setTimeout(resolve, 200));
const pid = Number(/process_id:(\d+)/.exec(await client.info('server'))?.[1]);

/** Of Redis itself, for one call. */
async function redisMicros(one: (done: () => void) => void, count: number): Promise<number> {
  const before = cpuSeconds([pid]);
  await run(one, count);
  return ((cpuSeconds([pid]) - before) / count) * 1e6;
}

/* The same commands of Redis in two scripts that decide nothing: what is below it nobody can have. */
const read = `local c = redis.call c('TIME') c('GET', KEYS[1]) local state, held = string.rep('x', 80), string.rep('y', 32)
for i = 2, 4 do c('HMGET', KEYS[i], 'a', ARGV[2])`;
const written = `c('SET', KEYS[1], string.rep('z', 60), 'PX', '960000') return {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}`;
const reserving = await client.script('LOAD', `${read} c('HSET', KEYS[i], 'a', state, ARGV[2], held) end ${written}`);
const settling = await client.script(
  'LOAD',
  `${read} c('HSET', KEYS[i], 'a', state) c('HDEL', KEYS[i], ARGV[2]) end ${written}`,
);
const packed = Buffer.alloc(3 * 90, 1);
async function floorPair(): Promise<void> {
  const id = `floor-${++serial}`;
  const given = [`{bench}:r:${id}`, ...counters.map(({ key }) => `{bench}:c:${key}`), '', id, packed] as const;
  await client.evalsha(String(reserving), 4, ...given);
  await client.evalsha(String(settling), 4, ...given);
}

const plain: number[] = [];
const floor: number[] = [];
const both: number[] = [];
for (let round = 0; round < rounds; round++) {
  floor.push(await redisMicros((done) => void floorPair().then(done), pairs));
  plain.push(await redisMicros((done) => void client.incrby('plain', 1).then(done), pairs * 2));
  both.push(await redisMicros((done) => pair(store, done), pairs));
}
printFigure({
  name: 'reserve and settle of three counters, CPU of Redis',
  value: `${withSpread(both)} µs`,
  against: `the same commands in scripts that decide nothing (${median(floor).toFixed(0)} µs), INCRBY (${median(plain).toFixed(1)} µs)`,
  goal: '',
  isMet: undefined,
});
printFigure({
  name: 'requests per second and core of Redis',
  value: String(Math.round(1e6 / median(both))),
  against: `${Math.round(1e6 / median(floor))} without any decision`,
  goal: '≥ 20,000',
  isMet: 1e6 / median(both) >= 20_000,
});

const memory = createMemoryStore();
const startedAt = performance.now();
await run((done) => pair(memory, done), pairs);
printFigure({
  name: 'the same in memory, all of its CPU',
  value: `${(((performance.now() - startedAt) / pairs) * 1_000).toFixed(1)} µs`,
  against: 'with Redis, the CPU of Redis alone',
  goal: '',
  isMet: undefined,
});
await store.close();
client.disconnect();
await redis.stop();
