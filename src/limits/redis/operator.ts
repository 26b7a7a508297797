import { Cluster, type Redis } from 'ioredis';
import { parseSpec } from '../counter.ts';
import { advance, type CounterState, newCounterState } from '../memory/counter-state.ts';
import { reportOf } from '../memory/report.ts';
import { type CounterReport, defaultRetentionMs } from '../store.ts';
import type { RedisClient } from './connection.ts';
import { errorCodeOf } from './error-code.ts';
import type { RedisKeys } from './keys.ts';

/** Walks all counters of a prefix: for operators, not for requests. Changes nothing. */
export async function listCounters(
  client: RedisClient,
  keys: RedisKeys,
  prefix: string,
  now: (() => number) | undefined,
): Promise<readonly CounterReport[]> {
  const reports: CounterReport[] = [];
  const moment = now?.() ?? Number((await client.time())[0]) * 1_000;
  for (const redisKey of await scan(client, keys.counterPattern(prefix))) {
    const state = await readCounter(client, keys, redisKey);
    if (state === undefined) continue;
    advance(state, state.counter, moment, defaultRetentionMs);
    reports.push(reportOf(state, moment));
  }
  return reports;
}

export async function listUnreadable(client: RedisClient, keys: RedisKeys, prefix: string): Promise<readonly string[]> {
  const unreadable: string[] = [];
  for (const redisKey of await scan(client, keys.counterPattern(prefix))) {
    if ((await readCounter(client, keys, redisKey)) !== undefined) continue;
    // It may have gone meanwhile.
    if ((await client.exists(redisKey)) === 1) unreadable.push(keys.counterKeyOf(redisKey));
  }
  return unreadable;
}

/** Undefined: there is something else, or nothing any more. */
async function readCounter(client: RedisClient, keys: RedisKeys, redisKey: string): Promise<CounterState | undefined> {
  try {
    return readState(keys.counterKeyOf(redisKey), await client.hgetallBuffer(redisKey));
  } catch (error) {
    if (error instanceof Error && errorCodeOf(error.message) === 'WRONGTYPE') return undefined;
    throw error;
  }
}

export async function resetCounters(
  client: RedisClient,
  keys: RedisKeys,
  what: { readonly keys: readonly string[] } | { readonly prefix: string },
): Promise<number> {
  const found = 'keys' in what ? what.keys.map(keys.counter) : await scan(client, keys.counterPattern(what.prefix));
  let count = 0;
  for (let from = 0; from < found.length; from += 500) count += await client.unlink(...found.slice(from, from + 500));
  return count;
}

async function scan(client: RedisClient, pattern: string): Promise<readonly string[]> {
  const nodes: readonly Redis[] = client instanceof Cluster ? client.nodes('master') : [client];
  const found = new Set<string>();
  for (const node of nodes) {
    let cursor = '0';
    do {
      const [next, page] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
      for (const key of page) found.add(key);
      cursor = next;
    } while (cursor !== '0');
  }
  return [...found].sort();
}

/** Six packed numbers; the letter of the kind, what has been told, the spec and a zero stand behind them. */
const stateLength = 48;
/** Four packed numbers each. */
const toldLength = 32;
const heldLength = 32;

/** The hash of a counter, as lua-counter.ts describes it. */
function readState(key: string, fields: Readonly<Record<string, Buffer>>): CounterState | undefined {
  if (fields.a === undefined) return undefined;
  const [used = 0, reserved = 0, since = 0, , , scale = 0] = numbersOf(fields.a.subarray(0, stateLength));
  const isTold = scale === 1 && fields.a[stateLength] !== 'b'.charCodeAt(0);
  const specAt = stateLength + 1 + (isTold ? toldLength : 0);
  const counter = parseSpec(key, fields.a.toString('utf8', specAt, fields.a.length - 1));
  if (!counter.ok) return undefined;
  const state = newCounterState(counter.value);
  Object.assign(state, { used, reserved, since, scale: scale === 0 ? 1 : scale });
  if (counter.value.kind === 'rolling') {
    for (const [, start, amount] of (fields.w?.toString() ?? '').matchAll(/(\d+)=(\d+)/g)) {
      state.slices.push({ start: Number(start), amount: Number(amount) });
    }
  }
  for (const [name, packed] of Object.entries(fields)) {
    if (!name.startsWith('@') || packed.length !== heldLength) continue;
    const [endsAt = 0, amount = 0, spent = 0, lives] = numbersOf(packed);
    state.held.set(name.slice(1), { endsAt, amount, spent, hasEnded: lives !== 1 });
    state.nextEnd = Math.min(state.nextEnd, endsAt);
  }
  return state;
}

function numbersOf(packed: Buffer): readonly number[] {
  return Array.from({ length: packed.length / 8 }, (_, index) => packed.readDoubleLE(index * 8));
}
