/**
 * `make test`: types, lint, then every test. All three run even when the first fails, so that one run tells everything,
 * and the last line is always `N passed, N failed`. Arguments go to Vitest.
 */
import { spawn } from 'node:child_process';
import { closeRun } from './totals.ts';
import { ended, runVitest } from './vitest.ts';

const checks = [
  { name: 'typecheck', command: 'tsc', args: ['--noEmit'] },
  { name: 'lint', command: 'biome', args: ['check', '--diagnostic-level=warn', '--colors=off', '.'] },
] as const;

const failedChecks: string[] = [];
await Promise.all(checks.map(runCheck));
const tests = await runVitest(process.argv.slice(2));

if (failedChecks.length > 0) console.log(`\nfailed before the tests: ${failedChecks.sort().join(', ')} (see above)`);
closeRun({
  passed: tests.passed + checks.length - failedChecks.length,
  failed: tests.failed + failedChecks.length,
});

async function runCheck(check: (typeof checks)[number]): Promise<void> {
  const started = performance.now();
  const child = spawn(check.command, [...check.args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const status = await ended(child);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`);
  if (status === 0) return;
  process.stdout.write(Buffer.concat(output));
  failedChecks.push(check.name);
}
