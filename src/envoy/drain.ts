import type { AdminClient } from './admin.ts';

export interface DrainOptions {
  readonly admin: Pick<AdminClient, 'failHealthChecks' | 'activeRequests'>;
  /** It takes new requests for at least so long: until every balancer has heard that they go elsewhere. */
  readonly minMs: number;
  /** Requests may take so long to end. */
  readonly maxMs: number;
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** empty: nothing runs any more. late: something still does. gone: there is no Envoy to ask. */
export type Drained = 'empty' | 'late' | 'gone';

const pollMs = 250;
/** One look could fall between two requests of one caller. */
const quietLooks = 2;

/**
 * Empties an Envoy: it says that it is not ready, and asks every caller to close its connection with the next answer
 * (`connection: close`, GOAWAY), while it goes on serving what comes. No listener is closed, because that could not be
 * taken back if it turned out that only the processor is to end.
 */
export async function drainEnvoy({ admin, minMs, maxMs, now, sleep }: DrainOptions): Promise<Drained> {
  const started = now();
  let isTold = false;
  let quiet = 0;
  for (;;) {
    if (!isTold) isTold = (await admin.failHealthChecks()).ok;
    const active = await admin.activeRequests();
    quiet = active.ok && active.value === 0 ? quiet + 1 : 0;
    const elapsed = now() - started;
    if (elapsed >= minMs) {
      if (!active.ok) return 'gone';
      if (isTold && quiet >= quietLooks) return 'empty';
    }
    if (elapsed >= maxMs) return active.ok ? 'late' : 'gone';
    await sleep(Math.min(pollMs, Math.max(1, maxMs - elapsed)));
  }
}
