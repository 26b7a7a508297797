import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../../support/caller.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { egressPods } from '../../support/kube-installed/egress-pods.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice, chartValues, helmUpgrade, whenReady } from '../../support/kube-installed/sluice.ts';
import { forwardEgress, openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
const selectors = [{ matchLabels: { 'sluice.dev/policy': 'true' } }];
let chosen: Stage;
let other: Stage;
let egress: PortForward;

beforeAll(async () => {
  await bringSluice(cluster);
  chosen = await openStage(cluster, 'chosen');
  other = await openStage(cluster, 'other');
  await label('sluice-e2e-chosen', 'sluice.dev/policy=true');
  for (const [stage, name] of [
    [chosen, 'chosen-small'],
    [other, 'other-small'],
  ] as const) {
    await stage.apply(practiceProvider('first'), model(name, ['first/upstream']));
  }
}, 300_000);

afterAll(async () => {
  await egress?.stop();
  await chosen?.close();
  await other?.close();
  await bringSluice(cluster);
  await egressPods(cluster, 2);
}, 300_000);

async function label(namespace: string, text: string): Promise<void> {
  await cluster.kubectl(['label', 'namespace', namespace, text, '--overwrite']);
}

/** What a caller with the key of that namespace is answered. */
const answerTo = async (stage: Stage, name: string): Promise<number> =>
  (await caller(() => `http://127.0.0.1:${egress.port}`, stage.secret)({ model: name })).status;
const serves = (stage: Stage, name: string, status: number): Promise<void> =>
  until(`${name} answers ${status}`, async () => (await answerTo(stage, name)) === status, { limitMs: 30_000 });

describe('discoveryNamespaceSelectors', () => {
  it('restrict policy to the namespaces that have the label', { timeout: 240_000 }, async () => {
    await label('sluice-e2e-other', 'sluice.dev/policy-');
    await helmUpgrade(cluster, { ...chartValues(cluster), discoveryNamespaceSelectors: selectors });
    await whenReady(cluster);
    await egress?.stop();
    egress = await forwardEgress(cluster);
    // The key there is policy, too.
    await serves(other, 'other-small', 401);
    await serves(chosen, 'chosen-small', 200);
    expect(await answerTo(chosen, 'other-small')).toBe(404);
  });

  it('follow labels that change', { timeout: 90_000 }, async () => {
    await label('sluice-e2e-other', 'sluice.dev/policy=true');
    await serves(other, 'other-small', 200);
    await other.programmed('model/other-small');
    await label('sluice-e2e-other', 'sluice.dev/policy=false');
    await serves(other, 'other-small', 401);
    await serves(chosen, 'chosen-small', 200);
  });
});
