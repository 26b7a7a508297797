import type { RedisClient } from './connection.ts';

/** The clock of the server, as far as it is known here. */
export interface ServerClock {
  now(): number;
  stop(): void;
}

/** A process that was suspended goes on with the old time until then. */
const askEveryMs = 60_000;

/**
 * Scripts go by the server's own clock; only which periods of the calendar are near must be told them, and our clock may
 * be wrong by more than a period, or be set. So it is read once per connection and goes on with what never jumps. Until
 * the server has said what time it is, ours has to do.
 */
export function createServerClock(client: RedisClient): ServerClock {
  let known: { readonly time: number; readonly at: number } | undefined;
  const ask = (): void => {
    client.time().then(
      ([seconds, microseconds]) => {
        known = { time: Number(seconds) * 1_000 + Number(microseconds) / 1_000, at: performance.now() };
      },
      () => undefined,
    );
  };
  client.on('ready', ask);
  const timer = setInterval(ask, askEveryMs).unref();
  return {
    now: () => (known === undefined ? Date.now() : Math.round(known.time + performance.now() - known.at)),
    stop: () => clearInterval(timer),
  };
}
