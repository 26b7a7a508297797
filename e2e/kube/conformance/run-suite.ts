import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { version } from '../../../src/version.ts';

export interface SuiteResult {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Of features that the class does not name. */
  readonly skipped: readonly string[];
}

/** What Go prints at the end of a test of the suite, and of none of its parts. */
const outcome = /^ {4}--- (PASS|FAIL|SKIP): TestConformance\/([^/ ]+) /;
const beginning = /^=== RUN +TestConformance\/([^/ ]+)$/;

/**
 * The suite, in the cluster's own network, where addresses of Gateways are reached. What to test it reads from the status of
 * the GatewayClass.
 */
export async function runSuite(
  suite: string,
  cluster: string,
  output: string,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const pid = (await readFile(join(cluster, 'pid'), 'utf8')).trim();
  const flags = {
    'gateway-class': 'sluice-egress',
    'conformance-profiles': 'GATEWAY-HTTP',
    'report-output': join(output, 'report.yaml'),
    organization: 'sluice',
    project: 'sluice',
    version,
    url: 'https://sluice.dev',
    contact: 'maintainers',
    // Whole clusters end with the run.
    'cleanup-base-resources': 'false',
  };
  const go = ['-test.v', '-test.timeout=60m'];
  const args = [...go, ...Object.entries(flags).map(([name, value]) => `-${name}=${value}`)];
  const env = { ...process.env, KUBECONFIG: join(cluster, 'admin.kubeconfig') };
  const inside = ['--target', pid, '--net', join(suite, 'conformance.test'), ...args];
  const child = spawn('nsenter', inside, { env, cwd: output, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(output, 'log.txt'));
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  const result = { PASS: [] as string[], FAIL: [] as string[], SKIP: [] as string[] };
  for await (const line of createInterface({ input: child.stdout })) {
    log.write(`${line}\n`);
    const started = beginning.exec(line)?.[1];
    if (started !== undefined) say(`conformance: ${started}`);
    const [, kind, name] = outcome.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) result[kind as keyof typeof result].push(name);
  }
  await ended;
  log.end();
  return { passed: result.PASS, failed: result.FAIL.sort(), skipped: result.SKIP.sort() };
}
