import { afterEach, describe, expect, it } from 'vitest';
import { createCertificate } from '../../practice/testing/certificate.ts';
import type { FakeService } from './testing/fake-service.ts';
import { type FakeWebhookText, fakeWebhook } from './testing/fake-webhook.ts';
import { hook, judges, remoteRule, secret, spoken, user, verdictOf } from './testing/rules.ts';

const remote = judges();
let fake: FakeService | undefined;
afterEach(() => fake?.close());

async function start(decide: (texts: readonly FakeWebhookText[], phase: string) => unknown): Promise<FakeService> {
  fake = await fakeWebhook(decide, { credential: ['authorization', 'Bearer hook-key'] });
  return fake;
}

describe('a webhook', () => {
  it('gets the texts with their roles, the phase, its headers and its credential', async () => {
    const { url, requests, refusals } = await start(() => ({ version: 1, verdict: 'allow' }));
    const texts = [...user('hello', ''), spoken('toolOutput', 'page')];
    await expect(verdictOf(remote, remoteRule(hook(url)), texts, { phase: 'response' })).resolves.toEqual({
      kind: 'allow',
    });
    expect(refusals).toEqual([]);
    expect(requests[0]).toMatchObject({ path: '/check', query: 'tenant=a', headers: { 'x-tenant': 'a' } });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      version: 1,
      phase: 'response',
      texts: [
        { role: 'user', text: 'hello' },
        { role: 'user', text: '' },
        { role: 'toolOutput', text: 'page' },
      ],
    });
  });

  it('replaces texts, and repeats those that stay', async () => {
    const { url } = await start((texts) => ({
      version: 1,
      verdict: 'replace',
      texts: texts.map(({ text }) => text.replace('Smith', 'S.')),
      reasons: [{ category: 'surname', text: 1, score: 0.8 }],
    }));
    await expect(
      verdictOf(remote, remoteRule(hook(url), { action: 'redact' }), user('hi', 'Mr Smith')),
    ).resolves.toEqual({
      kind: 'replaced',
      texts: ['hi', 'Mr S.'],
      reasons: [{ text: 1, entity: 'surname', score: 0.8 }],
    });
    await expect(verdictOf(remote, remoteRule(hook(url), { action: 'redact' }), user('hi', 'there'))).resolves.toEqual({
      kind: 'allow',
    });
  });

  it('is asked again about a text that it has blocked together with another one', async () => {
    const { url, requests } = await start((texts) => ({ version: 1, verdict: texts.length > 1 ? 'block' : 'allow' }));
    const rule = remoteRule(hook(url), { action: 'redact', remote: { cacheMs: 60_000 } });
    const cached = judges();
    await expect(verdictOf(cached, rule, user('a', 'b'))).resolves.toMatchObject({ kind: 'blocked' });
    await expect(verdictOf(cached, rule, user('a'))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(cached, rule, user('a'))).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(cached, rule, user('a', 'b'))).resolves.toMatchObject({ kind: 'blocked' });
    expect(requests).toHaveLength(3);
  });

  it('is heard about all texts, also those of which something was known, when it is asked again', async () => {
    let answer: object = { verdict: 'replace', texts: ['a', '#'] };
    const { url } = await start(() => ({ version: 1, ...answer }));
    const rule = remoteRule(hook(url), { action: 'redact', remote: { cacheMs: 60_000 } });
    const cached = judges();
    await expect(verdictOf(cached, rule, user('a', 'b'))).resolves.toMatchObject({ kind: 'replaced' });
    answer = { verdict: 'block' };
    await expect(verdictOf(cached, rule, user('a', 'b'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: undefined, entity: 'webhook', score: 1 }],
    });
  });

  it('gives reasons for the texts that it names, or for all', async () => {
    const { url } = await start((texts) => ({
      version: 1,
      verdict: 'replace',
      texts: texts.map(({ text }) => text.replace(/[0-9]+/, '#')),
      reasons: [{ category: 'house', text: 0 }, { category: 'floor', text: 1 }, { category: 'number' }],
    }));
    const verdict = await verdictOf(remote, remoteRule(hook(url), { action: 'redact' }), user('at 12', 'on 3'));
    expect(verdict).toMatchObject({ kind: 'replaced', texts: ['at #', 'on #'] });
    const reasons = verdict.kind === 'replaced' ? verdict.reasons : [];
    expect(reasons.map(({ text, entity }) => `${text} ${entity}`).sort()).toEqual([
      '0 house',
      '0 number',
      '1 floor',
      '1 number',
    ]);
  });

  it('blocks all texts, or those that it names', async () => {
    let reasons: unknown;
    const { url } = await start(() => ({ version: 1, verdict: 'block', reasons }));
    const rule = remoteRule(hook(url), { action: 'redact' });
    await expect(verdictOf(remote, rule, user('a', 'b'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: undefined, entity: 'webhook', score: 1 }],
    });
    reasons = [{ category: 'plans', text: 1 }, { category: 'mood' }];
    await expect(verdictOf(remote, rule, user('a', 'b'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [
        { text: undefined, entity: 'plans', score: 1 },
        { text: undefined, entity: 'mood', score: 1 },
      ],
    });
    reasons = [{ category: 'plans', score: 0.5, text: 1 }];
    await expect(verdictOf(remote, rule, user('a', 'b'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 1, entity: 'plans', score: 0.5 }],
    });
  });

  it('cannot put a piece of a text into the records as a category', async () => {
    const { url } = await start(() => ({
      version: 1,
      verdict: 'block',
      reasons: [{ category: 'to: a@b.example, "x"' }],
    }));
    await expect(verdictOf(remote, remoteRule(hook(url)), user('a'))).resolves.toMatchObject({
      reasons: [{ entity: 'webhook' }],
    });
  });

  it('is asked with all texts again when one of them is new, and not at all when none is', async () => {
    const { url, requests } = await start(() => ({ version: 1, verdict: 'allow' }));
    const rule = remoteRule(hook(url), { remote: { cacheMs: 60_000 } });
    for (const texts of [user('a', 'b'), user('a', 'b'), user('a', 'b', 'c')]) await verdictOf(remote, rule, texts);
    expect(requests.map(({ body }) => JSON.parse(body).texts.length)).toEqual([2, 3]);
  });

  it('is trusted by the certificates of the rule, and by no others', async () => {
    const tls = createCertificate();
    fake = await fakeWebhook(() => ({ version: 1, verdict: 'allow' }), { tls });
    const own = remoteRule(hook(fake.url, { ca: 'CA', credential: '' }));
    const judge = judges().judgeFor(own, (name) => (name === 'CA' ? tls.cert : secret(name)));
    await expect(
      new Promise((resolve) => judge?.judge(user('a'), 'request', performance.now() + 2_000, resolve)),
    ).resolves.toEqual({ kind: 'allow' });
    await expect(verdictOf(remote, remoteRule(hook(fake.url)), user('a'))).resolves.toEqual({
      kind: 'failed',
      reason: 'unreachable',
    });
  });

  it.each([
    [[]],
    'allow',
    { verdict: 'allow' },
    { version: 2, verdict: 'allow' },
    { version: 1 },
    { version: 1, verdict: 'Allow' },
    { version: 1, verdict: 'replace' },
    { version: 1, verdict: 'replace', texts: [] },
    { version: 1, verdict: 'replace', texts: ['a', 'b'] },
    { version: 1, verdict: 'replace', texts: [null] },
    { version: 1, verdict: 'block', reasons: 'because' },
    { version: 1, verdict: 'block', reasons: [{ text: 1 }] },
    { version: 1, verdict: 'block', reasons: [{ score: 2 }] },
    { version: 1, verdict: 'block', reasons: Array.from({ length: 101 }, () => ({})) },
  ])('takes %j for no answer', async (answer) => {
    const { url } = await start(() => answer);
    await expect(verdictOf(remote, remoteRule(hook(url)), user('hello'))).resolves.toEqual({
      kind: 'failed',
      reason: 'invalidAnswer',
    });
  });
});
