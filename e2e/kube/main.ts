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
import type { Cluster } from './cluster.ts';
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

async function testInCluster(): Promise<void> {
  let cluster: Cluster | undefined;
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      if (isEnding) return;
      isEnding = true;
      await cluster?.stop();
      process.exit(130);
    });
  }
  cluster = await attempt(async () => (await chooseProvider(process.env))(process.env, say));
  if (cluster === undefined) return;
  totals.push(await runVitest(['--project', 'kube', ...filters], { ...process.env, ...cluster.env }));
  if (process.env.SLUICE_E2E_KEEP) {
    for (const [name, value] of Object.entries(cluster.env)) say(`export ${name}=${value}`);
    return;
  }
  await attempt(cluster.stop);
}
