import { afterEach, describe, expect, it } from 'vitest';
import { fakeOpenaiModeration } from './testing/fake-openai-moderation.ts';
import type { FakeService } from './testing/fake-service.ts';
import { judges, longText, openai, remoteRule, user, verdictOf } from './testing/rules.ts';

const remote = judges();
let fake: FakeService | undefined;
afterEach(() => fake?.close());

async function start(): Promise<FakeService> {
  fake = await fakeOpenaiModeration('openai-key');
  return fake;
}

describe('openai moderation', () => {
  it('asks about many texts at once and says which of them are flagged', async () => {
    const { url, requests, refusals } = await start();
    const texts = user(...Array.from({ length: 40 }, (_, index) => (index === 35 ? 'violence=0.9' : `text ${index}`)));
    await expect(verdictOf(remote, remoteRule(openai(url), { action: 'observe' }), texts)).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 35, entity: 'violence', score: 0.9 }],
    });
    expect(requests).toHaveLength(2);
    expect(refusals).toEqual([]);
  });

  it('judges by thresholds where there are some, above and below what the service flags', async () => {
    const { url } = await start();
    const thresholds = new Map([
      ['violence', 0.95],
      ['hate', 0.2],
    ]);
    const rule = remoteRule(openai(url, { thresholds }));
    await expect(verdictOf(remote, rule, user('violence=0.9'))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(remote, rule, user('hate=0.3'))).resolves.toMatchObject({ kind: 'blocked' });
    await expect(verdictOf(remote, rule, user('illicit=0.6'))).resolves.toMatchObject({ kind: 'blocked' });
  });

  it('looks at no category but those of the rule', async () => {
    const { url } = await start();
    const rule = remoteRule(openai(url, { categories: new Set(['sexual/minors']) }));
    await expect(verdictOf(remote, rule, user('violence=0.9'))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(remote, rule, user('sexual/minors=0.6'))).resolves.toMatchObject({ kind: 'blocked' });
  });

  it('splits long texts and finds what stands across the cut', async () => {
    const { url, refusals } = await start();
    const verdict = await verdictOf(remote, remoteRule(openai(url)), user(longText(150_000, ' hate=0.7 ', 9_993)));
    expect(verdict).toEqual({ kind: 'blocked', reasons: [{ text: 0, entity: 'hate', score: 0.7 }] });
    expect(refusals).toEqual([]);
  });

  it('takes a flag without a category for a finding', async () => {
    const { url, behave } = await start();
    behave({ kind: 'body', body: '{"results":[{"flagged":true,"categories":{},"category_scores":{}}]}' });
    await expect(verdictOf(remote, remoteRule(openai(url)), user('a'))).resolves.toMatchObject({
      reasons: [{ entity: 'flagged' }],
    });
  });

  it.each([
    '{"results":[]}',
    '{"results":[{"flagged":false,"categories":{},"category_scores":{}},{"flagged":false}]}',
    '{"results":[{"flagged":false}]}',
    '{"results":[{"categories":{},"category_scores":{}}]}',
    '{"results":[{"flagged":false,"categories":{"hate":false},"category_scores":{}}]}',
    '{"results":[{"flagged":false,"categories":{"hate":0},"category_scores":{"hate":0}}]}',
    '{}',
    'null',
  ])('takes %s for no answer', async (body) => {
    const { url, behave } = await start();
    behave({ kind: 'body', body });
    const verdict = await verdictOf(remote, remoteRule(openai(url)), user('hello'));
    expect(verdict).toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });

  it('passes over what the model does not know, unless the rule names it', async () => {
    const { url, behave } = await start();
    const result = { flagged: false, categories: { hate: false, illicit: null }, category_scores: { hate: 0 } };
    behave({ kind: 'body', body: JSON.stringify({ results: [result] }) });
    await expect(verdictOf(remote, remoteRule(openai(url)), user('a'))).resolves.toEqual({ kind: 'allow' });
    for (const details of [{ categories: new Set(['illicit']) }, { thresholds: new Map([['illicit', 0.5]]) }]) {
      await expect(verdictOf(remote, remoteRule(openai(url, details)), user('a'))).resolves.toEqual({
        kind: 'failed',
        reason: 'invalidAnswer',
      });
    }
  });

  it('reads names with escaped slashes', async () => {
    const { url, behave } = await start();
    const result = {
      flagged: true,
      categories: { 'hate/threatening': true },
      category_scores: { 'hate/threatening': 1 },
    };
    behave({ kind: 'body', body: JSON.stringify({ results: [result] }).replaceAll('/', '\\/') });
    await expect(verdictOf(remote, remoteRule(openai(url)), user('a'))).resolves.toMatchObject({
      reasons: [{ entity: 'hate/threatening' }],
    });
  });

  it('misses a category that the rule names and the service does not know', async () => {
    const { url, behave } = await start();
    behave({
      kind: 'body',
      body: '{"results":[{"flagged":false,"categories":{"hate":false},"category_scores":{"hate":0}}]}',
    });
    const rule = remoteRule(openai(url, { categories: new Set(['illicit']) }));
    await expect(verdictOf(remote, rule, user('a'))).resolves.toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });
});
