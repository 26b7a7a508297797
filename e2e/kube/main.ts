/**
 * `make e2e`: builds Kubernetes where that is not done yet, then runs the tests that need an API server, then those that
 * need a cluster. Which cluster, `SLUICE_E2E_CLUSTER` says: `kind`, `local`, or `given` for the one of KUBECONFIG, in which
 * the tests do as they like; by default kind where Docker and kind are, else `local`. With `SLUICE_E2E_KEEP=1` the cluster
 * stays. Arguments go to Vitest, for instance a part of a file's name.
 */
import { globSync } from 'node:fs';
import { closeRun, type Totals } from '../../tools/report/totals.ts';
import { runVitest } from '../../tools/report/vitest.ts';
import { buildBinaries } from './cluster/build.ts';
import { chooseProvider } from './provider.ts';

const say = (line: string): void => console.log(line);
const filters = process.argv.slice(2);
const totals: Totals[] = [];

/** A step that cannot be done is one failure; what does not depend on it goes on. */
async function attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (cause) {
    console.error(`\nFAILED ${(cause as Error).message}\n`);
    totals.push({ passed: 0, failed: 1 });
    return undefined;
  }
}

const isBuilt = (await attempt(() => buildBinaries(process.env, say))) !== undefined;
if (isBuilt && isWanted('api')) totals.push(await runVitest(['--project', 'kube-api', ...filters]));

if (isWanted('installed')) await testInCluster();

closeRun({
  passed: totals.reduce((sum, each) => sum + each.passed, 0),
  failed: totals.reduce((sum, each) => sum + each.failed, 0),
});

/** Whether the filters leave anything of this folder. */
function isWanted(folder: string): boolean {
  const files = globSync(`e2e/kube/${folder}/**/*.test.ts`);
  return filters.length === 0 || files.some((file) => filters.some((filter) => file.includes(filter)));
}

/** What was started is stopped again, also where somebody interrupts the run while it still starts. */
async function testInCluster(): Promise<void> {
  const interruption = new AbortController();
  const starting = attempt(async () => (await chooseProvider(process.env))(process.env, say, interruption.signal));
  let stopping: Promise<unknown> | undefined;
  const stop = (): Promise<unknown> => {
    stopping ??= starting.then((cluster) => cluster && attempt(cluster.stop));
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      interruption.abort();
      await stop();
      process.exit(130);
    });
  }
  const cluster = await starting;
  if (cluster === undefined || interruption.signal.aborted) return;
  const env = { ...process.env, ...cluster.env };
  totals.push(await runVitest(['--project', 'kube', ...filters], env, interruption.signal));
  if (!process.env.SLUICE_E2E_KEEP || interruption.signal.aborted) {
    await stop();
    return;
  }
  for (const [name, value] of Object.entries(cluster.env)) say(`export ${name}=${value}`);
  if (cluster.stopCommand) say(`# stays until: ${cluster.stopCommand}`);
}
