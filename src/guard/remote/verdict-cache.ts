import type { PieceVerdict } from './service.ts';

/** Verdicts by the hash of what was asked. Holds neither texts nor wordings of them. */
export interface VerdictCache {
  get(key: string, maxAge: number, now: number): PieceVerdict | undefined;
  set(key: string, verdict: PieceVerdict, now: number): void;
}

export function verdictCache(most: number): VerdictCache {
  const entries = new Map<string, { readonly verdict: PieceVerdict; readonly since: number }>();
  return {
    get(key, maxAge, now) {
      const entry = entries.get(key);
      return entry !== undefined && now - entry.since < maxAge ? entry.verdict : undefined;
    },
    set(key, verdict, now) {
      // A wording is the text.
      if (verdict.kind === 'reworded') return;
      entries.delete(key);
      entries.set(key, { verdict, since: now });
      if (entries.size <= most) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
  };
}
