import { sha256Hex } from '../../lib/hash.ts';
import type { KnownToken } from '../../model/build/token-grant.ts';
import { type RenewedToken, renewToken } from './renewed-token.ts';
import type { TokenSource } from './token.ts';

export interface TokensOptions<Grant, Value> {
  source(grant: Grant): TokenSource<Value>;
  /** A token that was asked for is another one now, or is there or gone now. */
  onChange(): void;
  /** How long what is built waits for the first token of a grant. Default 3 s: a start without it would cut traffic. */
  readonly patienceMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** The tokens that are wanted, and no others. */
export interface Tokens<Grant, Value = string> {
  /**
   * What is known, at once. What is not known yet is fetched. Until the first token of a changed grant has come, its
   * owner keeps the last one.
   */
  ask(owner: string, grant: Grant): KnownToken<Value>;
  /** Everything wanted has been asked for: waits for what is new among it. Whether some of that is known now. */
  complete(): Promise<boolean>;
  close(): void;
}

interface Entry<Value> {
  readonly token: RenewedToken<Value>;
  readonly startedAt: number;
  isAsked: boolean;
  /** Whoever builds waits for it, and need not be told of it. */
  isAwaited: boolean;
}

export function createTokens<Grant, Value>(options: TokensOptions<Grant, Value>): Tokens<Grant, Value> {
  const { patienceMs = 3_000, now = () => performance.now(), random = Math.random } = options;
  const entries = new Map<string, Entry<Value>>();
  /** By owner, what was last good for it. */
  const lastGood = new Map<string, RenewedToken<Value>>();
  const owners = new Set<string>();
  /** Of grants that nobody has any more. */
  const retired = new Set<RenewedToken<Value>>();

  function start(grant: Grant): Entry<Value> {
    const token = renewToken({
      source: options.source(grant),
      now,
      random,
      onChange: () => entry.isAwaited || options.onChange(),
    });
    const entry: Entry<Value> = { token, startedAt: now(), isAsked: true, isAwaited: false };
    return entry;
  }

  /** Forgets what nobody has asked for since the last time. */
  function sweep(): void {
    for (const owner of lastGood.keys()) if (!owners.has(owner)) lastGood.delete(owner);
    owners.clear();
    for (const [key, entry] of entries) {
      if (!entry.isAsked) {
        entries.delete(key);
        entry.token.retire();
        retired.add(entry.token);
      }
      entry.isAsked = false;
    }
    const held = new Set(lastGood.values());
    for (const token of retired) {
      if (held.has(token)) continue;
      retired.delete(token);
      token.close();
    }
  }

  return {
    ask(owner, grant) {
      // The grant itself is a secret, which nobody needs to find among the keys of a map.
      const key = sha256Hex(JSON.stringify(grant));
      const entry = entries.get(key) ?? start(grant);
      entries.set(key, entry);
      entry.isAsked = true;
      owners.add(owner);
      const known = entry.token.known();
      if (known.value !== undefined) {
        lastGood.set(owner, entry.token);
        return known;
      }
      const last = lastGood.get(owner)?.known().value;
      if (last !== undefined) return { ...known, value: last };
      entry.isAwaited ||= !entry.token.isSettled() && now() - entry.startedAt < patienceMs;
      return known;
    },
    async complete() {
      sweep();
      const awaited = [...entries.values()].filter(({ isAwaited }) => isAwaited);
      if (awaited.length === 0) return false;
      const patience = Promise.withResolvers<void>();
      const youngest = Math.max(...awaited.map(({ startedAt }) => startedAt));
      const timer = setTimeout(patience.resolve, Math.max(0, youngest + patienceMs - now()));
      await Promise.race([Promise.all(awaited.map(({ token }) => token.settled)), patience.promise]);
      clearTimeout(timer);
      for (const entry of awaited) entry.isAwaited = false;
      return awaited.some(({ token }) => token.isSettled());
    },
    close() {
      for (const { token } of entries.values()) token.close();
      for (const token of retired) token.close();
      entries.clear();
      retired.clear();
    },
  };
}
