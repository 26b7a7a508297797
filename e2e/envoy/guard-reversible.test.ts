import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import { apiShapes, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import {
  answerJson,
  type RecordedRequest,
  type RecordingProvider,
  startRecordingProvider,
} from '../support/recording-provider.ts';
import { patience } from '../support/until.ts';

/* Values that providers do not see and callers get back, on a real Envoy; and that none of them is left anywhere. */

const mail = 'ana.garcia@payments-team.org';
const card = '4111 1111 1111 1111';
const secret = 'a tenant secret of more than thirty-two characters';
const chatShape = apiShapes[0];
if (chatShape === undefined) throw new Error('no shapes');

let gateway: TestGateway;
let providers: readonly RecordingProvider[];
let folder: string;
let answer: (response: ServerResponse, request: RecordedRequest, name: string) => void;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-decisions-'));
  providers = await Promise.all(
    ['a', 'b'].map((name) => startRecordingProvider((response, request) => answer(response, request, name))),
  );
  const key = (name: string, team: string) => `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ${name}}
spec: {hash: "sha256:${sha256Hex(`sk-${name}`)}", owner: {team: ${team}}}`;
  gateway = await startGateway({
    env: { TENANT_SECRET: secret },
    policy: {
      'policy.yaml': [
        ...['a', 'b'].map(
          (name, index) => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${name}}
spec: {schema: openai, endpoint: "http://127.0.0.1:${providers[index]?.port}/v1", credential: {none: {}}}`,
        ),
        `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec:
  targets: [{provider: a}, {provider: b, priority: 1}]
  retry: {coolDown: {failures: 0}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: personal}
spec:
  rules:
  - {name: data, on: [request, response], pii: {}, action: redact, redaction: {style: reversible}}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: default}
spec:
  redactionSecret: {env: TENANT_SECRET}
  records: {decisions: {file: ${join(folder, 'decisions.jsonl')}}, usage: {stdout: true}}`,
        key('one', 'red'),
        key('two', 'red'),
        key('other', 'blue'),
      ].join('\n---'),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await Promise.all(providers.map((provider) => provider.close()));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  for (const provider of providers) (provider.requests as unknown[]).length = 0;
});

const conversation = `Write to ${mail} about the card ${card}, please.`;

async function ask(key: string, text: string, isStream = false, more: object = {}): Promise<string> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...chatShape?.request(text, isStream), ...more }),
  });
  expect(response.status).toBe(200);
  return response.text();
}

function tokensIn(request: RecordedRequest | undefined): readonly string[] {
  return request?.body.match(/(?:EMAIL_ADDRESS|CREDIT_CARD)_[a-z0-9]+/g) ?? [];
}

function sendStream(response: ServerResponse, pieces: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(chatShape?.stream?.(pieces).join(''));
}

function chatText(body: string): string {
  return (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '';
}

describe('a value that is hidden', () => {
  it('is a token for the provider and the value for the caller', async () => {
    answer = (response, request) => {
      const [email, number] = tokensIn(request);
      answerJson(response, 200, chatShape?.answer?.(`Dear ${email}, your ${number} is fine.`));
    };
    const text = chatText(await ask('one', conversation));
    expect(text).toBe(`Dear ${mail}, your ${card} is fine.`);
    expect(providers[0]?.requests[0]?.body).not.toMatch(/ana\.garcia|4111/);
    expect(tokensIn(providers[0]?.requests[0])).toHaveLength(2);
  });

  it('comes back although the model changes its case, adds to it, and the stream cuts it anywhere', async () => {
    answer = (response, request) => {
      const [email = ''] = tokensIn(request);
      const text = `To ${email.toLowerCase()}'s box: **${email}**, ${email}!`;
      sendStream(response, [...text]);
    };
    expect(textOfStream(await ask('one', conversation, true))).toBe(`To ${mail}'s box: **${mail}**, ${mail}!`);
  });

  it('comes back in the arguments of a tool', async () => {
    answer = (response, request) => {
      const [email] = tokensIn(request);
      const call = { id: 't', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: email }) } };
      answerJson(response, 200, { choices: [{ index: 0, message: { content: null, tool_calls: [call] } }] });
    };
    expect(await ask('one', conversation)).toContain(JSON.stringify(JSON.stringify({ to: mail })).slice(1, -1));
  });

  it('has the same token in the next turn, and another one in another conversation and for another team', async () => {
    answer = (response) => answerJson(response, 200, chatShape?.answer?.('fine'));
    await ask('one', conversation);
    const turns = [
      { role: 'user', content: conversation },
      { role: 'assistant', content: `I wrote to ${mail}.` },
      { role: 'user', content: 'And now?' },
    ];
    await ask('one', '', false, { messages: turns });
    await ask('two', conversation);
    await ask('other', conversation);
    await ask('one', `Hello. ${conversation}`);
    const [first, next, colleague, stranger, elsewhere] = providers[0]?.requests.map(tokensIn) ?? [];
    expect(next).toEqual([first?.[0], first?.[1], first?.[0]]);
    expect(colleague).toEqual(first);
    expect(stranger?.[0]).not.toBe(first?.[0]);
    expect(elsewhere?.[0]).not.toBe(first?.[0]);
  });

  it('is not given to who has not sent it: a token of somebody else stays one', async () => {
    answer = (response) => answerJson(response, 200, chatShape?.answer?.('fine'));
    await ask('one', conversation);
    const [token] = tokensIn(providers[0]?.requests[0]);
    answer = (response) => answerJson(response, 200, chatShape?.answer?.(`It is ${token}.`));
    for (const key of ['other', 'two']) expect(chatText(await ask(key, `What is ${token}?`))).toBe(`It is ${token}.`);
  });

  it('is hidden from the second provider too', async () => {
    answer = (response, request, name) => {
      if (name === 'a') return answerJson(response, 503, { error: { message: 'no' } });
      answerJson(response, 200, chatShape?.answer?.(`Dear ${tokensIn(request)[0]}`));
    };
    expect(chatText(await ask('one', conversation))).toBe(`Dear ${mail}`);
    expect(providers[1]?.requests[0]?.body).not.toMatch(/ana\.garcia|4111/);
    expect(tokensIn(providers[1]?.requests[0])).toEqual(tokensIn(providers[0]?.requests[0]));
  });

  it('of the answer itself is hidden from the caller, and not given back', async () => {
    answer = (response) => sendStream(response, ['Ask bob', '@payments-', 'team.org', ' about it.']);
    const text = textOfStream(await ask('one', 'Whom do I ask?', true));
    expect(text).toMatch(/^Ask EMAIL_ADDRESS_\w+ about it\.$/);
  });
});

describe('afterwards', () => {
  it('the decisions say what was found, and how often', async () => {
    await expect
      .poll(
        async () => (await readFile(join(folder, 'decisions.jsonl'), 'utf8').catch(() => '')).split('\n').length,
        patience,
      )
      .toBeGreaterThan(8);
    const [first] = (await readFile(join(folder, 'decisions.jsonl'), 'utf8')).split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({
      kind: 'decision',
      verdict: 'redact',
      key: 'one',
      team: 'red',
      guardrails: [{ name: 'personal', version: expect.stringMatching(/^[0-9a-f]+$/) }],
      findings: [
        { rule: 'data', action: 'redact', entity: 'EMAIL_ADDRESS', count: 1 },
        { rule: 'data', action: 'redact', entity: 'CREDIT_CARD', count: 1 },
      ],
      restored: 2,
      ending: 'done',
    });
  });

  it('nothing that was said is left in any log, metric, record or configuration', async () => {
    const admin = async (path: string) => (await fetch(`http://127.0.0.1:${gateway.envoy.adminPort}${path}`)).text();
    const written = {
      controller: gateway.log(),
      processor: gateway.processors.map((each) => each.log()).join(''),
      metrics: (await Promise.all(gateway.processors.map((each) => each.metrics()))).join(''),
      envoy: gateway.envoy.log(),
      dump: await admin('/config_dump?include_eds'),
      stats: await admin('/stats'),
      decisions: await readFile(join(folder, 'decisions.jsonl'), 'utf8'),
    };
    expect(written.processor).toContain('"kind":"usage"');
    expect(written.metrics).toContain('sluice_guard_decisions_total{guardrail="personal",verdict="redact"}');
    for (const [place, text] of Object.entries(written)) {
      expect(text.length, place).toBeGreaterThan(0);
      expect(text, place).not.toMatch(
        /ana\.garcia|payments-team|4111 ?1111|Write to|tenant secret of|sk-(?:one|two|other)\b/,
      );
    }
  });
});
