import { type ChildProcess, spawn } from 'node:child_process';
import type { Totals } from './totals.ts';

/**
 * Runs Vitest and answers what its reporter counted. A crash or a run without any test reports no failure of its own, but
 * must never look like a success: it counts as one.
 */
export async function runVitest(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  interruption?: AbortSignal,
): Promise<Totals> {
  let totals: Totals = { passed: 0, failed: 0 };
  const all = ['run', '--reporter=./tools/report/progress-reporter.ts', ...args];
  const child = spawn('vitest', all, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], signal: interruption });
  child.on('message', (message) => {
    totals = message as Totals;
  });
  const status = await ended(child);
  if (totals.failed > 0 || (status === 0 && totals.passed > 0)) return totals;
  console.log(`\nvitest ended with status ${status} and ${totals.passed} tests passed`);
  return { passed: totals.passed, failed: 1 };
}

/** The exit status; 127 for what cannot be started. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.once('close', (status) => resolve(status ?? 1));
  });
}
