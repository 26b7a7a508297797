import { checkReserve, checkUsage } from '../reservation-check.ts';
import { defaultRetentionMs, type Store } from '../store.ts';
import { type Argument, type PackedItem, packItems } from './arguments.ts';
import { type ConnectOptions, connectRedis, defaultCommandTimeoutMs, type RedisTarget } from './connection.ts';
import { redisKeys } from './keys.ts';
import { listCounters, listUnreadable, resetCounters } from './operator.ts';
import { readCharged, readFigures, readReserve, readUnreadable } from './reply.ts';
import { createScriptRunner, type ScriptReply, teachOnConnect } from './script-runner.ts';
import {
  allScripts,
  chargeScript,
  peekScript,
  renewScript,
  reserveScript,
  type Script,
  settleScript,
} from './scripts.ts';
import { createServerClock } from './server-clock.ts';

export interface RedisStoreOptions extends ConnectOptions {
  readonly target: RedisTarget;
  /** Before all keys. */
  readonly prefix?: string;
  /** Whose counters these are: all of them are in one slot of a Cluster. Default `default`. */
  readonly partition?: string;
  readonly retentionMs?: number;
  /** Commands that may wait for an answer; more are refused at once. Default 10,000. */
  readonly maxInFlight?: number;
  /** For tests. Default: the server's clock decides. */
  readonly now?: () => number;
}

export const defaultPrefix = 'sluice';

/** Counters shared through Redis 6.2 or newer, or Valkey: one script and one round trip per operation. */
export function createRedisStore(options: RedisStoreOptions): Store {
  const client = connectRedis(options.target, options);
  teachOnConnect(client, allScripts);
  const commandTimeoutMs = options.commandTimeoutMs ?? defaultCommandTimeoutMs;
  const runner = createScriptRunner(client, { maxInFlight: options.maxInFlight ?? 10_000, commandTimeoutMs });
  const keys = redisKeys(options.prefix ?? defaultPrefix, options.partition ?? 'default');
  const retentionMs = options.retentionMs ?? defaultRetentionMs;
  const serverClock = createServerClock(client);
  const clock = options.now ?? serverClock.now;
  const serverTime = (): Argument => options.now?.() ?? '';
  const keysOf = (id: string, counters: readonly { readonly counter: { readonly key: string } }[]): string[] => [
    keys.reservation(id),
    ...counters.map(({ counter }) => keys.counter(counter.key)),
  ];

  const argumentsOf = (id: string, items: readonly PackedItem[], ttlMs: number): Argument[] => [
    serverTime(),
    id,
    packItems(items, retentionMs, ttlMs, clock()),
  ];

  /** Runs a script on counters. In the place of some of them there may be something else. */
  const run = (
    script: Script,
    id: string,
    items: readonly PackedItem[],
    ttlMs: number,
    done: (reply: ScriptReply) => void,
  ): void =>
    runner.run(script, keysOf(id, items), argumentsOf(id, items, ttlMs), (reply) => {
      const indexes = reply.kind === 'reply' ? readUnreadable(reply.numbers) : undefined;
      if (indexes === undefined) return done(reply);
      const counters = indexes.map((index) => items[index]?.counter.key ?? '');
      const message = `Redis has something else in the place of ${counters.map(keys.counter).join(', ')}`;
      done({ kind: 'unavailable', cause: 'unreadable', message, counters, mayHaveHappened: false });
    });

  return {
    reserve(request, done) {
      const problem = checkReserve(request);
      if (problem !== undefined) return done(problem);
      run(reserveScript, request.id, request.items, request.ttlMs, (reply) => {
        if (reply.kind === 'unavailable') return done(reply);
        done(readReserve(reply.numbers) ?? alreadyOver);
      });
    },
    charge(request, done) {
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      run(chargeScript, request.id, request.items, 0, (reply) => {
        if (reply.kind === 'unavailable') return done(reply);
        if (reply.numbers[0] === 0) return done({ kind: 'ended' });
        done({ kind: 'charged', items: readCharged(reply.numbers) });
      });
    },
    settle(request, done) {
      const problem = checkUsage(request);
      if (problem !== undefined) return done(problem);
      run(settleScript, request.id, request.items, 0, (reply) => {
        if (reply.kind === 'unavailable') return done(reply);
        if (reply.numbers[0] === 0) return done({ kind: 'already-settled' });
        done({ kind: 'settled', isLate: reply.numbers[0] === 2, figures: readFigures(reply.numbers, 1) });
      });
    },
    renew(requests, done) {
      // Sent in one go: commands of one tick share a write.
      const ended: string[] = [];
      let waiting = requests.length;
      if (waiting === 0) return done({ kind: 'renewed', ended });
      let failure: Parameters<typeof done>[0] | undefined;
      for (const request of requests) {
        const items = request.counters.map((counter) => ({ counter }));
        run(renewScript, request.id, items, request.ttlMs, (reply) => {
          if (reply.kind === 'unavailable') failure = reply;
          else if (reply.numbers[0] !== 1) ended.push(request.id);
          waiting -= 1;
          if (waiting === 0) done(failure ?? { kind: 'renewed', ended });
        });
      }
    },
    peek(counters, done) {
      const items = counters.map((counter) => ({ counter }));
      run(peekScript, '', items, 0, (reply) => {
        if (reply.kind === 'unavailable') return done(reply);
        done({ kind: 'figures', figures: readFigures(reply.numbers, 1) });
      });
    },
    list: (prefix) => listCounters(client, keys, prefix, options.now),
    listUnreadable: (prefix) => listUnreadable(client, keys, prefix),
    reset: (what) => resetCounters(client, keys, what),
    async close() {
      serverClock.stop();
      client.disconnect();
    },
  };
}

/** The id has been settled without ever having been reserved here: whoever asks is late. */
const alreadyOver = {
  kind: 'unavailable',
  cause: 'invalid',
  message: 'the reservation has been settled before it was made',
  mayHaveHappened: false,
} as const;
