import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller, providerOf } from '../../support/caller.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { conditionOf } from '../../support/kube-installed/condition.ts';
import { startPodLoad } from '../../support/kube-installed/pod-load.ts';
import type { PortForward } from '../../support/kube-installed/port-forward.ts';
import { bringSluice } from '../../support/kube-installed/sluice.ts';
import { forwardEgress, openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { document, model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

const cluster = openCluster();
let stage: Stage;
let egress: PortForward;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'isolation');
  await stage.apply(practiceProvider('first'), practiceProvider('second'), model('isolation-good', ['first/upstream']));
  await stage.programmed('model/isolation-good');
  egress = await forwardEgress(cluster);
}, 300_000);

afterAll(async () => {
  await egress?.stop();
  await stage?.close();
});

const accepted = (object: string) => conditionOf(cluster, stage.namespace, object, 'Accepted');
const patience = { limitMs: 30_000 };
const ask = (name: string) => caller(() => `http://127.0.0.1:${egress.port}`, stage.secret)({ model: name });

describe('an object with a mistake', () => {
  it('costs only itself: others serve, new ones start to, and its status says what is wrong', {
    timeout: 180_000,
  }, async () => {
    const load = await startPodLoad(cluster, 'load', {
      url: 'http://egress.sluice-dataplane:10080/v1/chat/completions',
      method: 'POST',
      headers: { authorization: `Bearer ${stage.secret}` },
      body: JSON.stringify({ model: 'isolation-good', messages: [{ role: 'user', content: 'Hello' }] }),
      clients: 2,
      isFresh: true,
      pauseMs: 20,
    });
    const credential = { apiKey: { secretKeyRef: { name: 'nowhere', key: 'key' } } };
    await stage.apply(
      practiceProvider('without-secret', { credential }),
      model('isolation-lost', ['no-such-provider/upstream']),
    );
    await until(
      'the Model is refused',
      async () => (await accepted('model/isolation-lost'))?.status === 'False',
      patience,
    );
    expect((await accepted('model/isolation-lost'))?.message).toContain('no-such-provider');
    await until(
      'the Provider is refused',
      async () => {
        const resolved = await conditionOf(cluster, stage.namespace, 'provider/without-secret', 'ResolvedRefs');
        return resolved?.status === 'False' && resolved.message.includes('nowhere');
      },
      patience,
    );

    await stage.apply(model('isolation-later', ['second/upstream']));
    await stage.programmed('model/isolation-later');
    expect(providerOf(await ask('isolation-later'))).toBe(`${stage.namespace}/second`);
    expect(await load.stop()).toMatchObject({ failures: [] });
  });

  it('that was right before stays in force as it was, and says so', { timeout: 120_000 }, async () => {
    await stage.apply(model('isolation-good', ['no-such-provider/upstream']));
    await until('it is refused', async () => (await accepted('model/isolation-good'))?.status === 'False', patience);
    expect((await accepted('model/isolation-good'))?.message).toMatch(/last good|earlier|older|version/i);
    const answer = await ask('isolation-good');
    expect({ status: answer.status, provider: providerOf(answer) }).toEqual({
      status: 200,
      provider: `${stage.namespace}/first`,
    });

    await stage.apply(model('isolation-good', ['second/upstream']));
    await stage.programmed('model/isolation-good');
    expect(providerOf(await ask('isolation-good'))).toBe(`${stage.namespace}/second`);
  });

  it('that the definition itself forbids is refused by the API server, with the sentence of the rule', async () => {
    const both = document('Limit', 'both', { requests: 1, tokens: 1, window: '1m' });
    await expect(stage.apply(both)).rejects.toThrow(/Limit.*both.*invalid/s);
    const unknown = document('Model', 'unknown', { targets: [{ provider: 'first' }], fallback: true });
    await expect(stage.apply(unknown)).rejects.toThrow(/field not declared in schema|unknown field/);
  });
});
