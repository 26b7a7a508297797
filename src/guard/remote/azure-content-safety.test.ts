import { afterEach, describe, expect, it } from 'vitest';
import { fakeAzureContentSafety } from './testing/fake-azure-content-safety.ts';
import type { FakeService } from './testing/fake-service.ts';
import { azure, judges, longText, remoteRule, spoken, user, verdictOf } from './testing/rules.ts';

const remote = judges();
let fake: FakeService | undefined;
afterEach(() => fake?.close());

async function start(): Promise<FakeService> {
  fake = await fakeAzureContentSafety('azure-key', new Map([['competitors', ['Acme', 'Some fine. Company']]]));
  return fake;
}

describe('azure content safety', () => {
  it('blocks from the threshold of a category on, and says which text', async () => {
    const { url, refusals } = await start();
    const rule = remoteRule(azure(url));
    await expect(verdictOf(remote, rule, user('calm', 'Violence=3'))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(remote, rule, user('calm', 'Violence=7 Hate=7'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 1, entity: 'violence', score: 1 }],
    });
    expect(refusals).toEqual([]);
  });

  it.each([
    ['hate', 'Hate'],
    ['selfHarm', 'SelfHarm'],
    ['sexual', 'Sexual'],
    ['violence', 'Violence'],
  ])('blocks %s at its threshold, and not below', async (category, word) => {
    const { url } = await start();
    const rule = remoteRule(azure(url, { thresholds: new Map([[category, 4]]) }));
    await expect(verdictOf(remote, rule, user(`${word}=3`))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(remote, rule, user(`${word}=4`))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 0, entity: category, score: 4 / 7 }],
    });
  });

  it('asks for what its rule is about, and for nothing else', async () => {
    const { url, requests } = await start();
    const rule = remoteRule(azure(url, { blocklists: ['competitors'], haltOnBlocklistHit: true }));
    await verdictOf(remote, rule, user('hello'));
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      text: 'hello',
      categories: ['Violence'],
      blocklistNames: ['competitors'],
      haltOnBlocklistHit: true,
      outputType: 'EightSeverityLevels',
    });
  });

  it('names the blocklist that was hit, never the item', async () => {
    const { url } = await start();
    const rule = remoteRule(azure(url, { thresholds: new Map(), blocklists: ['competitors'] }));
    await expect(verdictOf(remote, rule, user('buy Acme'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 0, entity: 'blocklist:competitors', score: 1 }],
    });
    await expect(verdictOf(remote, rule, user('buy ours'))).resolves.toEqual({ kind: 'allow' });
  });

  it('takes a halted analysis for one, but only after a hit', async () => {
    const { url, behave } = await start();
    const rule = remoteRule(azure(url, { blocklists: ['competitors'], haltOnBlocklistHit: true }));
    await expect(verdictOf(remote, rule, user('buy Acme'))).resolves.toMatchObject({ kind: 'blocked' });
    behave({ kind: 'body', body: '{"blocklistsMatch":[],"categoriesAnalysis":[]}' });
    await expect(verdictOf(remote, rule, user('hello'))).resolves.toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });

  it('counts a hit although something else is missing', async () => {
    const { url, behave } = await start();
    const rule = remoteRule(azure(url, { blocklists: ['competitors'] }), { remote: { onFailure: 'open' } });
    behave({ kind: 'body', body: '{"blocklistsMatch":[{"blocklistName":"competitors"}]}' });
    await expect(verdictOf(remote, rule, user('buy Acme'))).resolves.toMatchObject({ kind: 'blocked' });
  });

  it('is asked below the path of its address', async () => {
    const { url, requests } = await start();
    const rule = remoteRule(azure(`${url}/gateway`, { promptShield: true }), { action: 'observe' });
    await verdictOf(remote, rule, user('hello'));
    expect(requests.map(({ path }) => path).sort()).toEqual([
      '/gateway/contentsafety/text:analyze',
      '/gateway/contentsafety/text:shieldPrompt',
    ]);
  });

  it('shields prompts, and tool outputs as documents', async () => {
    const { url, refusals, requests } = await start();
    const rule = remoteRule(azure(url, { thresholds: new Map(), promptShield: true }), { action: 'observe' });
    const texts = [
      ...user('hello', 'ATTACK'),
      ...Array.from({ length: 7 }, (_, index) => spoken('toolOutput', index === 6 ? 'an ATTACK' : 'page')),
    ];
    await expect(verdictOf(remote, rule, texts)).resolves.toEqual({
      kind: 'blocked',
      reasons: [
        { text: 1, entity: 'promptAttack', score: 1 },
        { text: 8, entity: 'documentAttack', score: 1 },
      ],
    });
    expect(refusals).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['request', 'system', 'prompt'],
    ['request', 'user', 'prompt'],
    ['request', 'toolInput', 'document'],
    ['request', 'toolOutput', 'document'],
    ['response', 'assistant', 'document'],
    ['response', 'toolInput', 'document'],
  ] as const)('shields what comes in a %s from %s as a %s', async (phase, role, kind) => {
    const { url, requests } = await start();
    const rule = remoteRule(azure(url, { thresholds: new Map(), promptShield: true }));
    await verdictOf(remote, rule, [spoken(role, 'hello')], { phase });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(
      kind === 'prompt' ? { userPrompt: 'hello', documents: [] } : { userPrompt: '', documents: ['hello'] },
    );
  });

  it('splits a text over the limit and finds what stands across the cut', async () => {
    const { url, refusals, requests } = await start();
    const rule = remoteRule(azure(url));
    for (const at of [9_985, 9_990, 9_995, 19_000, 24_980]) {
      const verdict = await verdictOf(remote, rule, user(longText(25_000, ' Violence=6 ', at)));
      expect(verdict).toEqual({ kind: 'blocked', reasons: [{ text: 0, entity: 'violence', score: 6 / 7 }] });
    }
    expect(refusals).toEqual([]);
    const before = requests.length;
    await expect(verdictOf(remote, rule, user(longText(25_000, 'calm', 0)))).resolves.toEqual({ kind: 'allow' });
    expect(requests.length - before).toBe(3);
  });

  it('finds a phrase of two sentences that the cut would fall into', async () => {
    const { url } = await start();
    const rule = remoteRule(azure(url, { thresholds: new Map(), blocklists: ['competitors'] }));
    for (const at of [9_975, 9_980, 9_985, 9_990]) {
      const verdict = await verdictOf(remote, rule, user(longText(15_000, ' Some fine. Company ', at)));
      expect(verdict).toMatchObject({ kind: 'blocked', reasons: [{ entity: 'blocklist:competitors' }] });
    }
  });

  it('does not ask about blank texts', async () => {
    const { url, requests } = await start();
    await expect(verdictOf(remote, remoteRule(azure(url)), user('', ' \n'))).resolves.toEqual({ kind: 'allow' });
    expect(requests).toEqual([]);
  });

  it.each([
    '{"blocklistsMatch":[]}',
    '{"categoriesAnalysis":[{"category":"Hate","severity":0}]}',
    '{"categoriesAnalysis":[{"category":"Violence"}]}',
    '{"categoriesAnalysis":[{"category":"Violence","severity":"0"}]}',
    '{"categoriesAnalysis":[{"category":"Violence","severity":9}]}',
    '{"categoriesAnalysis":{}}',
    '{"blocklistsMatch":1,"categoriesAnalysis":[{"category":"Violence","severity":0}]}',
    '{"blocklist\\u0073Match":[],"categoriesAnalysis":[{"category":"Violence","severity":0}]}',
    '[]',
    '<html>',
    '',
  ])('takes %s for no answer', async (body) => {
    const { url, behave } = await start();
    behave({ kind: 'body', body });
    const verdict = await verdictOf(remote, remoteRule(azure(url)), user('hello'));
    expect(verdict).toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });

  it.each([
    '{"userPromptAnalysis":{"attackDetected":false},"documentsAnalysis":[]}',
    '{"userPromptAnalysis":{"attackDetected":false}}',
    '{"documentsAnalysis":[{"attackDetected":false}]}',
    '{"userPromptAnalysis":{"attackDetected":"no"},"documentsAnalysis":[{"attackDetected":false}]}',
    '{"userPromptAnalysis":{"attackDetected":false},"documentsAnalysis":[{}]}',
  ])('takes %s for no answer about a prompt and a document', async (body) => {
    const { url, behave } = await start();
    behave({ kind: 'body', body });
    const rule = remoteRule(azure(url, { thresholds: new Map(), promptShield: true }));
    const verdict = await verdictOf(remote, rule, [...user('hello'), spoken('toolOutput', 'page')]);
    expect(verdict).toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });
});
