/**
 * `make conformance`: Gateway API's own conformance suite, against a cluster of its own in which nothing but the controller
 * is installed. `main.ts [FOLDER]`: where report and log go; else they lie in one that is printed.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeRun } from '../../../tools/report/totals.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { findBinaries } from '../cluster/binaries.ts';
import { buildBinaries } from '../cluster/build.ts';
import { buildImages } from '../cluster/images/product-images.ts';
import { kubeconfigOf, startCluster, stopCluster } from '../cluster/local-cluster.ts';
import { installPackages } from '../cluster/packages.ts';
import { buildSuite } from './build.ts';
import { suiteImages } from './images.ts';
import { runSuite } from './run-suite.ts';

const say = (line: string): void => console.log(line);
const namespace = 'sluice-system';

/** Every Gateway of the suite has one pod, small and quick to go: there are many at once. */
const parameters = `
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: { name: small, namespace: ${namespace} }
spec:
  replicas: 1
  shutdown: { min: 1s, max: 5s }
  envoy: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
  processor: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
`;

const values = {
  global: { imageRegistry: 'localhost' },
  controller: { replicas: 1, resources: { requests: { cpu: '10m', memory: '64Mi' } } },
  egress: { enabled: false },
  gatewayClass: { parametersRef: { name: 'small', namespace } },
};

const output = await outputFolder(process.argv[2]);
await buildBinaries(process.env, say);
const suite = await buildSuite(process.env, say);
await installPackages(say);
const folder = await mkdtemp(join(tmpdir(), 'sluice-conformance-'));
process.once('SIGINT', () => void stopCluster(folder).finally(() => process.exit(130)));
try {
  await bringCluster(folder);
  const { passed, failed, skipped } = await runSuite(suite, folder, output, say);
  say(`\nnot of ours, and skipped: ${skipped.join(', ')}`);
  if (failed.length > 0) say(`\nfailed: ${failed.join(', ')}`);
  say(`\nreport and log: ${output}`);
  // A suite that broke before it could count is one failure.
  closeRun({ passed: passed.length, failed: passed.length === 0 ? Math.max(1, failed.length) : failed.length });
} finally {
  await stopCluster(folder).catch((cause: Error) => say(cause.message));
}

async function bringCluster(folder: string): Promise<void> {
  const binaries = findBinaries(process.env, ['pause']);
  if (!binaries.ok) throw new Error(binaries.error);
  const images = await mkdtemp(join(tmpdir(), 'sluice-images-'));
  try {
    const product = await buildImages(process.env, images, say, ['controller', 'processor', 'envoy']);
    const theirs = await suiteImages(suite, binaries.value.path('pause'), images);
    await startCluster(process.env, folder, [...product, ...theirs], 'ours', say);
  } finally {
    await rm(images, { recursive: true, force: true });
  }
  const cluster = openCluster({ ...process.env, KUBECONFIG: kubeconfigOf(folder) });
  await cluster.kubectl(['apply', '--server-side', '-f', join(suite, 'definitions.yaml')]);
  const line = ['install', 'sluice', 'charts/sluice', '--namespace', namespace, '--create-namespace'];
  await cluster.helm([...line, '--values', '-', '--wait', '--timeout', '4m'], { input: JSON.stringify(values) });
  await cluster.apply(parameters);
  await cluster.kubectl(['wait', 'gatewayclass/sluice-egress', '--for=condition=Accepted', '--timeout=60s']);
}

async function outputFolder(wish: string | undefined): Promise<string> {
  if (wish === undefined) return mkdtemp(join(tmpdir(), 'sluice-conformance-report-'));
  await mkdir(resolve(wish), { recursive: true });
  return resolve(wish);
}
