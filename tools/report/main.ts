/**
 * `make test`: types, lint, then every test. All three run even when the first fails, so that one run tells everything,
 * and the last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { closingLine, type Totals } from './totals.ts';

const checks = [
  { name: 'typecheck', command: 'tsc', args: ['--noEmit'] },
  { name: 'lint', command: 'biome', args: ['check', '--diagnostic-level=warn', '--colors=off', '.'] },
] as const;

const failedChecks: string[] = [];
await Promise.all(checks.map(runCheck));
const tests = await runTests();

const passed = tests.totals.passed + checks.length - failedChecks.length;
// A crash or a run without any test reports no failure of its own, but must never look like a success.
const unreported = tests.totals.failed === 0 && (tests.status !== 0 || tests.totals.passed === 0) ? 1 : 0;
if (unreported > 0) console.log(`\nvitest ended with status ${tests.status} and ${tests.totals.passed} tests passed`);
const failed = tests.totals.failed + failedChecks.length + unreported;
if (failedChecks.length > 0) console.log(`\nfailed before the tests: ${failedChecks.sort().join(', ')} (see above)`);
console.log(closingLine({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;

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

async function runTests(): Promise<{ readonly status: number; readonly totals: Totals }> {
  let totals: Totals = { passed: 0, failed: 0 };
  const args = ['run', '--reporter=./tools/report/progress-reporter.ts', ...process.argv.slice(2)];
  const child = spawn('vitest', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (message) => {
    totals = message as Totals;
  });
  return { status: await ended(child), totals };
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.once('close', (status) => resolve(status ?? 1));
  });
}
