import { setTimeout as sleep } from 'node:timers/promises';

/** A busy machine takes seconds to start a process; less than a test has, so that what was waited for is named. */
const patienceMs = 25_000;

/** The same for `expect.poll`, which would wait for a second. */
export const patience = { timeout: patienceMs } as const;

/** Waits until the condition holds; fails with what was waited for, and with what was seen last. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  options: { readonly limitMs?: number; readonly seen?: () => unknown } = {},
): Promise<void> {
  const deadline = performance.now() + (options.limitMs ?? patienceMs);
  while (!(await condition())) {
    if (performance.now() > deadline) {
      const seen = options.seen === undefined ? '' : `\n${JSON.stringify(options.seen(), null, 2)}`;
      throw new Error(`waited in vain until ${what}${seen}`);
    }
    await sleep(10);
  }
}
