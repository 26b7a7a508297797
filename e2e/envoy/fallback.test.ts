import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/practice/behaviour/behaviour.ts';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';

/*
 * What happens when providers fail, on a real Envoy: every kind of failure, streamed and not, with a second provider
 * that answers and with one that fails in the same way.
 */

const secret = 'sk-sluice-fallback-test-key';

interface Failure {
  readonly name: string;
  /** How the practice provider fails. Absent: the address itself is the failure. */
  readonly rule?: Rule;
  /** Address of a provider that fails like this. Absent: the practice provider. */
  readonly endpoint?: 'refused' | 'dns' | 'tls';
  readonly fallsOver: boolean;
  /** What the caller gets when nobody else answers: the provider's own status, or ours. */
  readonly status: number;
  /** Code of our own error, where the provider gave no answer. */
  readonly code?: string;
}

const failures: readonly Failure[] = [
  { name: '429', rule: { fault: { kind: 'status', status: 429 } }, fallsOver: true, status: 429 },
  { name: '500', rule: { fault: { kind: 'status', status: 500 } }, fallsOver: true, status: 500 },
  { name: '503', rule: { fault: { kind: 'status', status: 503 } }, fallsOver: true, status: 503 },
  { name: '529', rule: { fault: { kind: 'status', status: 529 } }, fallsOver: true, status: 529 },
  { name: '400', rule: { fault: { kind: 'status', status: 400 } }, fallsOver: false, status: 400 },
  { name: '401', rule: { fault: { kind: 'status', status: 401 } }, fallsOver: false, status: 401 },
  { name: 'refused', endpoint: 'refused', fallsOver: true, status: 502, code: 'provider_unreachable' },
  { name: 'dns', endpoint: 'dns', fallsOver: true, status: 502, code: 'provider_unreachable' },
  { name: 'tls', endpoint: 'tls', fallsOver: true, status: 502, code: 'provider_unreachable' },
  {
    name: 'reset-before-headers',
    rule: { fault: { kind: 'cut', at: 'before-headers', how: 'reset' } },
    fallsOver: true,
    status: 502,
    code: 'provider_unreachable',
  },
  {
    name: 'slow-headers',
    rule: { headersDelayMs: 3_000 },
    fallsOver: true,
    status: 504,
    code: 'provider_timeout',
  },
];

let practice: Practice;
let gateway: TestGateway;

function policy(practicePort: number, closedPort: number): string {
  const addresses = {
    refused: `http://127.0.0.1:${closedPort}/v1`,
    dns: 'http://no-such-host.invalid/v1',
    tls: `https://127.0.0.1:${practicePort}/v1`,
  };
  const provider = (name: string, endpoint: string, spec = ''): string => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: ${name}}
spec: {schema: openai, endpoint: "${endpoint}", network: private${spec}}`;
  const model = (name: string, first: string, second: string): string => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec:
  targets:
  - {provider: ${first}, model: first-model, priority: 0}
  - {provider: ${second}, model: second-model, priority: 1}
  retry: {attemptTimeout: 400ms, coolDown: {failures: 0}}`;
  return [
    provider(
      'first',
      `http://127.0.0.1:${practicePort}/first/v1`,
      ', credential: {apiKey: {env: FIRST_KEY}}, headers: {set: {x-only-first: "1"}, remove: [x-client]}, body: {set: {only_first: true}, remove: [user]}',
    ),
    provider('second', `http://127.0.0.1:${practicePort}/second/v1`, ', credential: {apiKey: {env: SECOND_KEY}}'),
    ...Object.entries(addresses).flatMap(([name, endpoint]) => [
      provider(`${name}-one`, endpoint),
      provider(`${name}-two`, endpoint),
      model(name, `${name}-one`, 'second'),
      model(`${name}-all`, `${name}-one`, `${name}-two`),
    ]),
    model('practice', 'first', 'second'),
    `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: test}
spec: {secretRef: {env: CALLER_KEY}}`,
  ].join('\n---');
}

beforeAll(async () => {
  practice = await startPractice();
  gateway = await startGateway({
    policy: { 'policy.yaml': policy(practice.port, await freePort()) },
    env: { FIRST_KEY: 'first-secret', SECOND_KEY: 'second-secret', CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(model: string, stream: boolean): Promise<Answer> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'x-client': 'kept' },
    body: JSON.stringify({ model, stream, user: 'ana', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function expectAnswered(answer: Answer, stream: boolean): void {
  expect(answer.status, answer.text).toBe(200);
  if (stream) {
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  } else {
    expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion', model: 'second-model' });
  }
}

/** What the second provider got must be as if the first had never been asked. */
function expectNothingOfTheFirst(stream: boolean): void {
  const [request] = practice.requests.filter(({ account }) => account === 'second');
  expect(request?.path).toBe('/second/v1/chat/completions');
  expect(request?.body).toEqual({
    model: 'second-model',
    stream,
    user: 'ana',
    messages: [{ role: 'user', content: 'Hello' }],
  });
  expect(request?.headers).toMatchObject({ authorization: 'Bearer second-secret', 'x-client': 'kept' });
  expect(request?.headers['content-length']).toBe(String(request?.bytes.length));
  const names = Object.keys(request?.headers ?? {});
  expect(names).not.toContain('x-only-first');
  expect(names.filter((name) => /^x-(sluice|envoy|forwarded)-/.test(name))).toEqual([]);
}

describe.each(failures)('a provider that fails with $name', (failure) => {
  const shape = failure.endpoint ?? 'practice';
  const attempts = (last: string): string =>
    failure.endpoint === undefined
      ? `first/first-model,${last}/second-model`
      : `${failure.endpoint}-one/first-model,${last}/second-model`;
  const fail = (account: string): void => {
    if (failure.rule !== undefined) practice.behave({ account, ...failure.rule });
  };

  describe.each([{ stream: false }, { stream: true }])('stream: $stream', ({ stream }) => {
    if (failure.fallsOver) {
      it('is answered by the second', async () => {
        fail('first');
        const answer = await ask(shape, stream);
        expectAnswered(answer, stream);
        expect(answer.headers.get('x-sluice-provider')).toBe('second');
        expect(answer.headers.get('x-sluice-attempts')?.replaceAll(', ', ',')).toBe(attempts('second'));
        expectNothingOfTheFirst(stream);
      });
    } else {
      it('is not asked of the second', async () => {
        fail('first');
        const answer = await ask(shape, stream);
        expect(answer.status).toBe(failure.status);
        expect(answer.headers.get('x-sluice-attempts')).toBe('first/first-model');
        expect(practice.requests.map(({ account }) => account)).toEqual(['first']);
      });
    }

    it('gives the last error in the dialect of the caller when all fail', async () => {
      fail('first');
      fail('second');
      const answer = await ask(failure.endpoint === undefined ? shape : `${shape}-all`, stream);
      expect(answer.status, answer.text).toBe(failure.status);
      expect(answer.headers.get('content-type')).toContain('application/json');
      const body = JSON.parse(answer.text) as { error?: { message?: string; type?: string; code?: string } };
      expect(body.error).toMatchObject({ message: expect.any(String), type: expect.any(String) });
      if (failure.code !== undefined) expect(body.error?.code).toBe(failure.code);
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      if (!failure.fallsOver) return;
      const last = failure.endpoint === undefined ? 'second' : `${failure.endpoint}-two`;
      expect(answer.headers.get('x-sluice-attempts')?.replaceAll(', ', ',')).toBe(attempts(last));
    });
  });
});

describe('a provider that breaks off after its first content', () => {
  it.each([{ stream: false }, { stream: true }])('is not asked of another, stream: $stream', async ({ stream }) => {
    practice.behave({ account: 'first', firstChunkDelayMs: 150, fault: { kind: 'cut', at: 1 } });
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'practice', stream, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-sluice-provider')).toBe('first');
    await expect(response.text()).rejects.toThrow();
    expect(practice.requests.map(({ account }) => account)).toEqual(['first']);
  });
});
