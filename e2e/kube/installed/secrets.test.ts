import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { startPodLoad } from '../../support/kube-installed/pod-load.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice } from '../../support/kube-installed/sluice.ts';
import { openStage, outside, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { document, model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
const [before, after] = ['sk-of-the-provider-before', 'sk-of-the-provider-after'] as const;
const [callerBefore, callerAfter] = ['sk-of-the-caller-before', 'sk-of-the-caller-after'] as const;
const patience = { limitMs: 30_000 };
let stage: Stage;
let control: PortForward;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'secrets');
  control = await cluster.portForward('svc/provider', 8081, outside);
}, 300_000);

afterAll(async () => {
  await control?.stop();
  await stage?.close();
});

const secretDocument = (name: string, value: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { key: value } });

/** What the provider takes from now on, or how often each was used so far. */
async function providerKeys(accepted?: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const request = accepted === undefined ? {} : { method: 'PUT', body: JSON.stringify(accepted) };
  const response = await fetch(`http://127.0.0.1:${control.port}/keys`, request);
  return (await response.json()) as Readonly<Record<string, number>>;
}

/** How often the key was used within half a second. */
async function useOf(key: string): Promise<number> {
  const first = (await providerKeys())[key] ?? 0;
  await sleep(500);
  return ((await providerKeys())[key] ?? 0) - first;
}

describe('a Secret that is rotated', () => {
  it('with the credential of a provider is used by all pods, without a failed request', {
    timeout: 120_000,
  }, async () => {
    await providerKeys([before]);
    const credential = { apiKey: { secretKeyRef: { name: 'upstream', key: 'key' } } };
    await stage.apply(
      secretDocument('upstream', before),
      practiceProvider('keyed', { credential }),
      model('secrets-keyed', ['keyed/upstream']),
    );
    await stage.programmed('model/secrets-keyed');
    const load = await startPodLoad(cluster, 'load', {
      url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${stage.secret}` },
      body: JSON.stringify({ model: 'secrets-keyed', messages: [{ role: 'user', content: 'Hello' }] }),
      clients: 2,
      // Connections of their own, so that all pods are asked.
      isFresh: true,
      pauseMs: 20,
    });
    await until('the load uses the first key', async () => (await useOf(before)) > 0, { limitMs: 20_000 });
    await providerKeys([before, after]);
    await stage.apply(secretDocument('upstream', after));
    await until('only the new key is used', async () => (await useOf(after)) > 5 && (await useOf(before)) === 0, {
      limitMs: 30_000,
    });
    await providerKeys([after]);
    await sleep(1_000);
    const { count, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it('with the key of a caller lets the new one in and the old one no longer', { timeout: 120_000 }, async () => {
    const egress = await cluster.portForward('svc/egress', 10080, 'sluice-dataplane');
    try {
      const status = async (key: string): Promise<number> => {
        const headers = { authorization: `Bearer ${key}` };
        return (await fetch(`http://127.0.0.1:${egress.port}/v1/models`, { headers })).status;
      };
      await stage.apply(
        secretDocument('caller', callerBefore),
        document('ApiKey', 'rotated', { secretRef: { secretKeyRef: { name: 'caller', key: 'key' } } }),
      );
      await until('the key works', async () => (await status(callerBefore)) === 200, patience);
      await stage.apply(secretDocument('caller', callerAfter));
      await until('the new key works', async () => (await status(callerAfter)) === 200, patience);
      expect(await status(callerBefore)).toBe(401);
    } finally {
      await egress.stop();
    }
  });

  it('is in no object that the controller has written', async () => {
    const written = await cluster.kubectl([
      ...['get', 'configmaps,deployments,gateways,events', '--all-namespaces', '--output', 'yaml'],
    ]);
    const policy = await stage.kubectl('get', 'providers,models,apikeys', '--output', 'yaml');
    for (const secret of [before, after, callerBefore, callerAfter]) {
      expect(written.includes(secret)).toBe(false);
      expect(policy.includes(secret)).toBe(false);
    }
  });
});
