import { afterEach, describe, expect, it } from 'vitest';
import { fakeBedrockGuardrail } from './testing/fake-bedrock-guardrail.ts';
import type { FakeService } from './testing/fake-service.ts';
import { bedrock, guardrail, judges, longText, remoteRule, user, verdictOf } from './testing/rules.ts';

const remote = judges();
let fake: FakeService | undefined;
afterEach(() => fake?.close());

async function start(sessionToken?: string): Promise<FakeService> {
  const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'aws/secret+key' };
  fake = await fakeBedrockGuardrail({ ...guardrail, ...key, ...(sessionToken !== undefined && { sessionToken }) });
  return fake;
}

function answerOf(fields: object): string {
  return JSON.stringify({ usage: {}, action: 'GUARDRAIL_INTERVENED', outputs: [], assessments: [], ...fields });
}

const masked = (match: string) => [
  { sensitiveInformationPolicy: { piiEntities: [{ match, type: 'EMAIL', action: 'ANONYMIZED' }], regexes: [] } },
];

describe('a bedrock guardrail', () => {
  it('is asked with a signature that the service accepts, with and without session token', async () => {
    const permanent = await start();
    await expect(verdictOf(remote, remoteRule(bedrock(permanent.url)), user('calm ü'))).resolves.toEqual({
      kind: 'allow',
    });
    await permanent.close();
    const temporary = await start('aws-token');
    const rule = remoteRule(bedrock(temporary.url, 'AWS_TOKEN'));
    await expect(verdictOf(remote, rule, user('calm'))).resolves.toEqual({ kind: 'allow' });
    expect([...permanent.refusals, ...temporary.refusals]).toEqual([]);
  });

  it('is refused with a signature that is wrong', async () => {
    const { url, refusals } = await start('another-token');
    await expect(verdictOf(remote, remoteRule(bedrock(url, 'AWS_TOKEN')), user('calm'))).resolves.toEqual({
      kind: 'failed',
      reason: 'refused',
    });
    expect(refusals).toHaveLength(1);
  });

  it('replaces what is anonymized, in every block', async () => {
    const { url } = await start();
    const rule = remoteRule(bedrock(url), { action: 'redact' });
    const verdict = await verdictOf(remote, rule, user('calm', 'to a@b.example and c@d.example!', 'x@y.example'));
    expect(verdict).toEqual({
      kind: 'replaced',
      texts: ['calm', 'to {EMAIL} and {EMAIL}!', '{EMAIL}'],
      reasons: [
        { text: 1, entity: 'pii:EMAIL', score: 1 },
        { text: 2, entity: 'pii:EMAIL', score: 1 },
      ],
    });
  });

  it('blocks, and never hands on the message of the service as a text', async () => {
    const { url } = await start();
    for (const text of ['FORBIDDEN', 'FORBIDDEN a@b.example']) {
      await expect(verdictOf(remote, remoteRule(bedrock(url), { action: 'redact' }), user(text))).resolves.toEqual({
        kind: 'blocked',
        reasons: [{ text: 0, entity: 'topic:Secret plans', score: 1 }],
      });
    }
  });

  it('says OUTPUT about responses', async () => {
    const { url, requests } = await start();
    await verdictOf(remote, remoteRule(bedrock(url)), user('calm'));
    await verdictOf(remote, remoteRule(bedrock(url)), user('calm'), { phase: 'response' });
    expect(requests.map(({ body }) => JSON.parse(body).source)).toEqual(['INPUT', 'OUTPUT']);
  });

  it('puts a long text together again when its pieces come back masked', async () => {
    const { url, refusals } = await start();
    const rule = remoteRule(bedrock(url), { action: 'redact' });
    for (const at of [5, 9_700, 9_985, 9_994, 24_000]) {
      const verdict = await verdictOf(remote, rule, user(longText(30_000, ' joe@mail.example ', at)));
      const expected = longText(30_000, ' joe@mail.example ', at).replace('joe@mail.example', '{EMAIL}');
      expect(verdict).toMatchObject({ kind: 'replaced', texts: [expected] });
    }
    expect(refusals).toEqual([]);
  });

  it('hides every text of a request in which something is blocked, rather than none', async () => {
    const { url } = await start();
    const verdict = await verdictOf(remote, remoteRule(bedrock(url), { action: 'redact' }), user('calm', 'FORBIDDEN'));
    expect(verdict).toEqual({
      kind: 'blocked',
      reasons: [{ text: undefined, entity: 'topic:Secret plans', score: 1 }],
    });
  });

  it('hides a text that is blocked and one that is masked, though the service has a wording for one only', async () => {
    const { url } = await start();
    const texts = user(longText(20_000, ' a@b.example ', 99), longText(20_000, 'FORBIDDEN', 19_900));
    const verdict = await verdictOf(remote, remoteRule(bedrock(url), { action: 'redact' }), texts);
    expect(verdict).toEqual({
      kind: 'found',
      spans: [
        { text: 0, start: 100, end: 111, entity: 'pii:EMAIL', score: 1 },
        { text: 1, start: 0, end: 20_000, entity: 'topic:Secret plans', score: 1 },
      ],
    });
  });

  it('is asked below the path of its address', async () => {
    const { url, requests } = await start();
    await verdictOf(remote, remoteRule(bedrock(`${url}/gateway`)), user('hello'));
    expect(requests[0]?.path).toMatch(/^\/gateway\/guardrail\/arn%3A[^/]+\/version\/DRAFT\/apply$/);
  });

  it('takes an intervention without a known way for a block', async () => {
    const { url, behave } = await start();
    behave({ kind: 'body', body: answerOf({ outputs: [{ text: 'Sorry.' }], assessments: [{ newPolicy: {} }] }) });
    await expect(verdictOf(remote, remoteRule(bedrock(url)), user('hello'))).resolves.toEqual({
      kind: 'blocked',
      reasons: [{ text: 0, entity: 'intervened', score: 1 }],
    });
  });

  it.each([
    ['fewer outputs than blocks', { assessments: masked('a@b.example') }],
    ['more outputs than blocks', { assessments: masked('a'), outputs: [{ text: 'a' }, { text: 'b' }] }],
    ['an output without text', { assessments: masked('a'), outputs: [{}] }],
    ['an unknown action', { action: 'GUARDRAIL_CONSIDERED' }],
    ['an unknown action of a finding', { assessments: [{ topicPolicy: { topics: [{ action: 'PONDERED' }] } }] }],
    ['no assessments', { action: 'NONE', assessments: undefined }],
    ['an assessment that is none', { action: 'NONE', assessments: [1] }],
    ['a policy that is none', { action: 'NONE', assessments: [{ topicPolicy: 'x' }] }],
    ['a finding in spite of action NONE', { action: 'NONE', assessments: masked('a') }],
    ['a part of the text', { action: 'NONE', guardrailCoverage: { textCharacters: { guarded: 1, total: 5 } } }],
  ])('takes %s for no answer', async (_what, fields) => {
    const { url, behave } = await start();
    behave({ kind: 'body', body: answerOf(fields) });
    const verdict = await verdictOf(remote, remoteRule(bedrock(url)), user('hello'));
    expect(verdict).toEqual({ kind: 'failed', reason: 'invalidAnswer' });
  });
});
