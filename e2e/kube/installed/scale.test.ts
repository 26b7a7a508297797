import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BurstResult, burst } from '../../support/kube-installed/burst.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { egressPods, envoyFigure } from '../../support/kube-installed/egress-pods.ts';
import {
  bringSluice,
  chartValues,
  dataplane,
  helmUpgrade,
  rollout,
  whenReady,
} from '../../support/kube-installed/sluice.ts';
import { runSluice } from '../../support/kube-installed/sluice-command.ts';
import { openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { document, model } from '../../support/policy-documents.ts';

const cluster = openCluster();
const pods = 3;
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'scale');
  await stage.apply(practiceProvider('first'));
}, 300_000);

afterAll(async () => {
  await stage?.close();
  await bringSluice(cluster);
  // The autoscaler does that, too, in its own time.
  await cluster.kubectl(['--namespace', dataplane, 'scale', 'deployment/egress', '--replicas=2']);
  await egressPods(cluster, 2);
}, 300_000);

/** What was counted under a name is remembered, also when a test is tried for the second time. */
const fresh = (theme: string): string => `${theme}-${Date.now().toString(36)}`;

interface Burst extends BurstResult {
  /** How many requests of callers each pod has answered. */
  readonly shares: readonly number[];
}

async function ask(name: string, count: number): Promise<Burst> {
  const names = await egressPods(cluster, pods);
  const figures = (): Promise<readonly number[]> =>
    Promise.all(names.map((pod) => envoyFigure(cluster, pod, 'envoy_http_gateway_downstream_rq_completed')));
  const before = await figures();
  const body = { model: name, max_tokens: 16 };
  const result = await burst(cluster, { count, clients: 6, secret: stage.secret, body });
  return { ...result, shares: (await figures()).map((figure, index) => figure - (before[index] ?? 0)) };
}

describe('egress with three pods', () => {
  it('is what Helm makes of a number, in place of the autoscaler', { timeout: 300_000 }, async () => {
    await helmUpgrade(cluster, { ...chartValues(cluster), egress: { drainSeconds: 60, replicas: pods } });
    await whenReady(cluster);
    expect(await egressPods(cluster, pods)).toHaveLength(pods);
    const autoscaler = ['--namespace', dataplane, 'get', 'hpa', 'egress', '--ignore-not-found', '--output', 'name'];
    expect(await cluster.kubectl(autoscaler)).toBe('');
  });

  it('lets exactly as many requests through as a Limit says, whichever pod they reach', {
    timeout: 180_000,
  }, async () => {
    const name = fresh('requests');
    await stage.kubectl('delete', 'limits', '--all');
    const limit = { requests: 40, window: '24h', algorithm: 'fixed', onStoreFailure: 'closed' };
    await stage.apply(
      model('scale-requests', ['first/upstream']),
      document('Limit', name, { scope: { models: ['scale-requests'] }, ...limit }),
    );
    await stage.programmed('model/scale-requests', `limit/${name}`);
    const { statuses, modes, shares } = await ask('scale-requests', 100);
    expect({ statuses, modes }).toEqual({ statuses: { 200: 40, 429: 60 }, modes: {} });
    for (const share of shares) expect(share).toBeGreaterThan(0);

    // And so says the store itself, asked from outside of the cluster.
    expect(await usedOf(name, limit)).toMatchObject({ counters: [{ name: `${stage.namespace}/${name}`, used: 40 }] });
  });

  it('spends a Budget of tokens, and nothing beyond it', { timeout: 180_000 }, async () => {
    const name = fresh('tokens');
    await stage.kubectl('delete', 'budgets', '--all');
    await stage.apply(
      model('scale-tokens', ['first/upstream']),
      document('Budget', name, {
        scope: { models: ['scale-tokens'] },
        amount: { tokens: 300 },
        period: { rolling: '1d' },
        onStoreFailure: 'closed',
      }),
    );
    await stage.programmed('model/scale-tokens', `budget/${name}`);
    const { statuses, modes, tokens, shares } = await ask('scale-tokens', 100);
    expect({ given: Object.keys(statuses), modes }).toEqual({ given: ['200', '429'], modes: {} });
    for (const share of shares) expect(share).toBeGreaterThan(0);
    expect(tokens).toBeLessThanOrEqual(300);
    // What is left is less than one more request reserves.
    expect(tokens).toBeGreaterThan(250);
  });
});

describe('a second Gateway of the class, in a namespace without any Secret of Redis', () => {
  it('counts together with egress', { timeout: 180_000 }, async () => {
    const name = fresh('shared');
    await stage.kubectl('delete', 'limits', '--all');
    await stage.apply(
      secondGateway,
      model('scale-shared', ['first/upstream']),
      document('Limit', name, { scope: { models: ['scale-shared'] }, requests: 40, window: '24h', algorithm: 'fixed' }),
    );
    await stage.kubectl('wait', 'gateway/second', '--for=condition=Programmed', '--timeout=120s');
    await rollout(cluster, stage.namespace, 'deployment/second');
    await stage.programmed('model/scale-shared', `limit/${name}`);
    const plan = { count: 30, clients: 4, secret: stage.secret, body: { model: 'scale-shared', max_tokens: 16 } };
    const here = await burst(cluster, plan);
    const there = await burst(cluster, { ...plan, gateway: `second.${stage.namespace}:8080` });
    expect([here, there].map(({ statuses, modes }) => ({ statuses, modes }))).toEqual([
      { statuses: { 200: 30 }, modes: {} },
      { statuses: { 200: 10, 429: 20 }, modes: {} },
    ]);
  });
});

const secondGateway = `
apiVersion: sluice.dev/v1alpha1
kind: GatewayParameters
metadata: { name: second }
spec:
  replicas: 1
  envoy: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
  processor: { resources: { requests: { cpu: 10m, memory: 64Mi } } }
  shutdown: { min: 0s, max: 1s }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: second }
spec:
  gatewayClassName: sluice-egress
  infrastructure: { parametersRef: { group: sluice.dev, kind: GatewayParameters, name: second } }
  listeners: [{ name: http, protocol: HTTP, port: 8080 }]
`;

/** By `sluice limits show`, with the Redis of the cluster forwarded. */
async function usedOf(name: string, limit: Readonly<Record<string, unknown>>): Promise<unknown> {
  const redis = await cluster.portForward('svc/redis', 6379, dataplane);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-limits-'));
  try {
    const secret = ['get', 'secret', 'redis', '--output', 'jsonpath={.data.password}'];
    const password = Buffer.from(await cluster.kubectl(['--namespace', dataplane, ...secret]), 'base64').toString();
    const store = { redis: { addresses: [`127.0.0.1:${redis.port}`], password: { env: 'REDIS_PASSWORD' } } };
    const named = document('Limit', name, limit).replace('metadata: {', `metadata: {namespace: ${stage.namespace}, `);
    await writeFile(join(folder, 'policy.yaml'), `${document('GatewayPolicy', 'default', { store })}---\n${named}`);
    const line = ['limits', 'show', '--policy', folder, '--limit', `${stage.namespace}/${name}`, '--output', 'json'];
    const { output, complaints } = await runSluice(line, { REDIS_PASSWORD: password });
    expect(complaints).toBe('');
    return JSON.parse(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await redis.stop();
  }
}
