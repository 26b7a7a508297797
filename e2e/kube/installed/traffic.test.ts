import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptsOf, caller, codeOf, providerOf } from '../../support/caller.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice } from '../../support/kube-installed/sluice.ts';
import {
  forwardEgress,
  keyDocument,
  openStage,
  practiceProvider,
  type Stage,
} from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

/** What callers of an installed gateway get, through `kubectl port-forward svc/egress`. */
const cluster = openCluster();
let stage: Stage;
let egress: PortForward;
const url = (): string => `http://127.0.0.1:${egress.port}`;
const models = (secret?: string): Promise<Response> =>
  fetch(`${url()}/v1/models`, { headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` } });

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'traffic');
  await stage.apply(
    practiceProvider('first'),
    practiceProvider('second'),
    model('traffic-small', ['first/fail-503', 'second/upstream']),
    model('traffic-direct', ['first/upstream']),
  );
  await stage.programmed('provider/first', 'provider/second', 'model/traffic-small', 'model/traffic-direct');
  egress = await forwardEgress(cluster);
}, 300_000);

afterAll(async () => {
  await egress?.stop();
  await stage?.close();
});

describe('an installed gateway', () => {
  it('lists the models for a key, and nothing without one', async () => {
    const allowed = await models(stage.secret);
    expect(allowed.status).toBe(200);
    const { data } = (await allowed.json()) as { readonly data: readonly { readonly id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['traffic-direct', 'traffic-small']));
    expect((await models()).status).toBe(401);
    expect((await models('sk-of-nobody')).status).toBe(401);
  });

  it('answers from the second provider when the first one fails', async () => {
    const ask = caller(url, stage.secret);
    const answer = await ask({ model: 'traffic-small', content: 'a word' });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('You said: a word');
    expect(providerOf(answer)).toBe(`${stage.namespace}/second`);
    expect(attemptsOf(answer)).toEqual([`${stage.namespace}/first/fail-503`, `${stage.namespace}/second/upstream`]);
    expect(providerOf(await ask({ model: 'traffic-direct' }))).toBe(`${stage.namespace}/first`);
  });

  it('streams', async () => {
    const answer = await caller(url, stage.secret)({ model: 'traffic-small', stream: true });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(answer.text.trimEnd()).toMatch(/data: \[DONE\]$/);
  });

  it('takes a key within a second of kubectl apply, and refuses it as quickly when it is gone', async () => {
    const secret = 'sk-new-in-the-middle-of-it';
    expect((await models(secret)).status).toBe(401);
    await stage.apply(keyDocument('new', secret, { models: { allow: ['traffic-direct'] } }));
    const appliedAt = performance.now();
    await until('the key works', async () => (await models(secret)).status === 200, { limitMs: 5_000 });
    expect(performance.now() - appliedAt).toBeLessThan(1_000);
    const refused = await caller(url, secret)({ model: 'traffic-small' });
    expect({ status: refused.status, code: codeOf(refused) }).toEqual({ status: 403, code: 'model_not_allowed' });

    await stage.kubectl('delete', 'apikey', 'new');
    const deletedAt = performance.now();
    await until('the key is refused', async () => (await models(secret)).status === 401, { limitMs: 5_000 });
    expect(performance.now() - deletedAt).toBeLessThan(1_000);
  });
});
