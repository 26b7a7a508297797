import { vi } from 'vitest';
import { until as untilSoon } from '../until.ts';

/*
 * Where a whole API server takes part, on a machine that may be busy with other things: what is waited for comes, and
 * only a fault makes it take a minute.
 */

/** Call once per file, at the top. */
export function patience(): void {
  vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });
}

/** Waits until the condition holds; fails with what was waited for, and with what was seen last. */
export const until: typeof untilSoon = (what, condition, options) =>
  untilSoon(what, condition, { limitMs: 60_000, ...options });
