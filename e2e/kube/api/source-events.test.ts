import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventRecorder } from '../../../src/kube/events.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api-server.ts';
import { patience, until } from '../../support/kube-patience.ts';
import { watchedClient } from '../../support/kube-proxy.ts';

patience();
const cleanup = cleanupsAfterEach();
let server: KubeApiServer;
let things = 0;

beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server?.close());

describe('createEventRecorder()', () => {
  it('writes what kubectl shows, however long it is, and counts what repeats', async () => {
    // Another one for a second try: Events stay.
    const name = `thing-${++things}`;
    await server.apply(`{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}`);
    const { client, close } = await watchedClient(server);
    cleanup(close);
    const answer = await client.get({
      group: '',
      version: 'v1',
      plural: 'configmaps',
      namespace: 'default',
      name,
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
    const ofThing = `--field-selector=regarding.name=${name}`;
    const events = async () =>
      JSON.parse(await server.kubectl('get', 'events.events.k8s.io', ofThing, '-o', 'json')).items;
    await until('both are there, one with its count', async () => {
      const found: { readonly series?: { readonly count: number } }[] = await events();
      return found.length === 2 && found.some(({ series }) => series?.count === 3);
    });
    expect(errors).toEqual([]);
    expect(await server.kubectl('describe', 'configmap', name)).toMatch(/Warning\s+Refused\s.*no such filter/);
  });
});
