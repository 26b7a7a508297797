import type { RedisClient } from './connection.ts';

/**
 * Holds commands back while the first connection is being made, and no longer than an answer may take: a process that has
 * just started would otherwise take a Redis that is there for one that is away, and refuse its first requests. Later ones
 * are not waited for, since a queue would turn an outage into latency.
 */
export function afterFirstConnection(client: RedisClient, patienceMs: number): (send: () => void) => void {
  let isSettled = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting: (() => void)[] = [];
  const settle = (): void => {
    isSettled = true;
    clearTimeout(timer);
    for (const send of waiting.splice(0)) send();
  };
  for (const event of ['ready', 'error', 'close']) client.once(event, settle);
  return (send) => {
    if (isSettled) return send();
    timer ??= setTimeout(settle, patienceMs).unref();
    waiting.push(send);
  };
}
