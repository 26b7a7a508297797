import { type BackOff, backOffMs } from '../../lib/back-off.ts';
import { err } from '../../lib/result.ts';
import type { KnownToken } from '../../model/build/token-grant.ts';
import type { TokenSource } from './token.ts';

export interface RenewedTokenOptions<Value> {
  readonly source: TokenSource<Value>;
  /** Milliseconds that no clock moves: what the wall says may jump. */
  readonly now: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** There is another token now, or none any more, or another trouble. */
  onChange(): void;
}

/** A token that is fetched, and fetched again before it ends. */
export interface RenewedToken<Value = string> {
  known(): KnownToken<Value>;
  /** The first answer has come, or has been waited for in vain. */
  readonly settled: Promise<void>;
  isSettled(): boolean;
  /** Fetches no more. What is there is good until its end. */
  retire(): void;
  close(): void;
}

const retryPause: BackOff = { firstMs: 1_000, maxMs: 60_000 };
/** A token on its way to the provider has to be good when it arrives. */
const marginMs = 10_000;
const longestLifeMs = 24 * 3_600_000;

/** Begins at once. The last good token stays for as long as it lives, whatever becomes of its successor. */
export function renewToken<Value>({ source, now, random, onChange }: RenewedTokenOptions<Value>): RenewedToken<Value> {
  const closing = new AbortController();
  const first = Promise.withResolvers<void>();
  let token: { readonly value: Value; readonly endsAt: number } | undefined;
  let trouble: string | undefined;
  let failures = 0;
  let isSettled = false;
  let next: NodeJS.Timeout | undefined;
  let ending: NodeJS.Timeout | undefined;

  async function fetchToken(): Promise<void> {
    const askedAt = now();
    const before = { value: known().value, trouble };
    const result = await source(closing.signal).catch(() => err('asking for a token failed'));
    if (closing.signal.aborted) return;
    if (result.ok) {
      const lifeMs = Math.min(result.value.lifeMs, longestLifeMs);
      token = { value: result.value.value, endsAt: askedAt + lifeMs - Math.min(marginMs, lifeMs / 10) };
      trouble = undefined;
      failures = 0;
      clearTimeout(ending);
      ending = later(token.endsAt - now(), ended);
      // Replicas that started together need not all come back together.
      next = later(lifeMs * (0.7 + random() / 10) - (now() - askedAt), fetchToken);
    } else {
      trouble = result.error;
      failures++;
      next = later(backOffMs(retryPause, failures, random()), fetchToken);
    }
    isSettled = true;
    first.resolve();
    if (known().value !== before.value || trouble !== before.trouble) onChange();
  }

  /** Timers may be early, by less than a millisecond, and nobody asks a second time. */
  function ended(): void {
    if (known().value === undefined) onChange();
    else ending = later(1, ended);
  }

  function known(): KnownToken<Value> {
    return {
      ...(token !== undefined && now() < token.endsAt && { value: token.value }),
      ...(trouble !== undefined && { trouble }),
    };
  }

  function retire(): void {
    closing.abort();
    clearTimeout(next);
    isSettled = true;
    first.resolve();
  }

  void fetchToken();
  return {
    known,
    settled: first.promise,
    isSettled: () => isSettled,
    retire,
    close() {
      retire();
      clearTimeout(ending);
    },
  };
}

function later(ms: number, act: () => unknown): NodeJS.Timeout {
  return setTimeout(act, Math.max(0, Math.ceil(ms))).unref();
}
