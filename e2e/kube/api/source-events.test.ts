import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventRecorder } from '../../../src/kube/events.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api-server.ts';
import { watchedClient } from '../../support/kube-proxy.ts';
import { until } from '../../support/until.ts';

const cleanup = cleanupsAfterEach();
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
}, 120_000);
afterAll(() => server?.close());

describe('createEventRecorder()', () => {
  it('writes what kubectl shows, however long it is, and counts what repeats', async () => {
    await server.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: thing, namespace: default}}');
    const { client, close } = await watchedClient(server);
    cleanup(close);
    const answer = await client.get({
      group: '',
      version: 'v1',
      plural: 'configmaps',
      namespace: 'default',
      name: 'thing',
    });
    if (!answer.ok) throw new Error(answer.error.message);
    const errors: unknown[] = [];
    const recorder = createEventRecorder({
      client,
      controller: 'sluice.dev/gateway-controller',
      instance: 'controller-0',
      countMs: 50,
      onError: (error) => errors.push(error),
    });
    cleanup(() => recorder.close());
    const notice = { regarding: answer.value, type: 'Warning', action: 'Publish' } as const;
    for (let index = 0; index < 3; index++) recorder.record({ ...notice, reason: 'Refused', note: 'no such filter' });
    recorder.record({ ...notice, reason: 'Long', note: 'ü'.repeat(2_000) });
    const events = async () => JSON.parse(await server.kubectl('get', 'events.events.k8s.io', '-o', 'json')).items;
    await until('both are there, one with its count', async () => {
      const found: { readonly series?: { readonly count: number } }[] = await events();
      return found.length === 2 && found.some(({ series }) => series?.count === 3);
    });
    expect(errors).toEqual([]);
    expect(await server.kubectl('describe', 'configmap', 'thing')).toMatch(/Warning\s+Refused\s.*no such filter/);
  });
});
