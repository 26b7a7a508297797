import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rule } from '../../src/practice/behaviour/behaviour.ts';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';

/*
 * What happens when providers fail, on a real Envoy: every kind of failure, streamed and not, with a second provider
 * that answers and with one that fails in the same way.
 */

const secret = 'sk-sluice-fallback-test-key';
const requestId = /^[0-9a-f-]{36}$/;

interface Failure {
  readonly name: string;
  /** How the practice provider fails. Absent: the address itself is the failure. */
  readonly rule?: (account: string) => Rule;
  /** Address of a provider that fails like this. Absent: the practice provider. */
  readonly endpoint?: 'refused' | 'dns' | 'tls';
  readonly fallsOver: boolean;
  /** What the caller gets when nobody else answers: the provider's own status, or ours. */
  readonly status: number;
  /** The error that the caller reads then; `account` is the last one that was asked. */
  readonly error: (account: string) => object;
}

/** Answered with an error, whose words tell who has said them. */
function refusing(status: number, fallsOver: boolean, type: string, code: string | null = null): Failure {
  const message = (account: string): string => `${account} answers ${status}.`;
  return {
    name: String(status),
    rule: (account) => ({ fault: { kind: 'status', status, message: message(account) } }),
    fallsOver,
    status,
    error: (account) => ({ message: message(account), type, param: null, code }),
  };
}

const unreachable = {
  fallsOver: true,
  status: 502,
  error: () => ({
    message: 'The provider could not be reached or broke the connection. Try again.',
    type: 'server_error',
    param: null,
    code: 'provider_unreachable',
    request_id: expect.stringMatching(requestId),
  }),
} as const;

const failures: readonly Failure[] = [
  refusing(429, true, 'rate_limit_error', 'rate_limit_exceeded'),
  refusing(500, true, 'server_error'),
  refusing(503, true, 'server_error'),
  refusing(529, true, 'server_error'),
  refusing(400, false, 'invalid_request_error'),
  refusing(401, false, 'invalid_request_error'),
  { ...unreachable, name: 'refused', endpoint: 'refused' },
  { ...unreachable, name: 'dns', endpoint: 'dns' },
  { ...unreachable, name: 'tls', endpoint: 'tls' },
  {
    ...unreachable,
    name: 'reset-before-headers',
    rule: () => ({ fault: { kind: 'cut', at: 'before-headers', how: 'reset' } }),
  },
  {
    name: 'slow-headers',
    rule: () => ({ headersDelayMs: 3_000 }),
    fallsOver: true,
    status: 504,
    error: () => ({
      message: 'The provider did not answer in time. Try again, or ask for a stream or a shorter answer.',
      type: 'timeout_error',
      param: null,
      code: 'provider_timeout',
      request_id: expect.stringMatching(requestId),
    }),
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

function post(model: string, stream: boolean): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'x-client': 'kept' },
    body: JSON.stringify({ model, stream, user: 'ana', messages: [{ role: 'user', content: 'Hello' }] }),
  });
}

async function ask(model: string, stream: boolean): Promise<Answer> {
  const response = await post(model, stream);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function attemptsOf({ headers }: Pick<Answer, 'headers'>): readonly string[] {
  return headers.get('x-sluice-attempts')?.split(/, ?/) ?? [];
}

function expectAnswered(answer: Answer, stream: boolean): void {
  expect(answer.status, answer.text).toBe(200);
  if (stream) {
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(contentOf(answer.text)).toBe('You said: Hello');
  } else {
    expect(JSON.parse(answer.text)).toMatchObject({
      object: 'chat.completion',
      model: 'second-model',
      choices: [{ index: 0, message: { role: 'assistant', content: 'You said: Hello' }, finish_reason: 'stop' }],
    });
  }
}

/** What the chunks of a stream, or of the part of one that has come, say together. */
function contentOf(text: string): string {
  const chunks = text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {') && event.endsWith('}'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as { choices: { delta: { content?: string } }[] });
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
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
  const { endpoint, fallsOver, rule } = failure;
  const first = endpoint === undefined ? 'first' : `${endpoint}-one`;
  const fail = (account: string): void => {
    if (rule !== undefined) practice.behave({ account, ...rule(account) });
  };

  describe.each([{ stream: false }, { stream: true }])('stream: $stream', ({ stream }) => {
    if (fallsOver) {
      it('is answered by the second', async () => {
        fail('first');
        const answer = await ask(endpoint ?? 'practice', stream);
        expectAnswered(answer, stream);
        expect(answer.headers.get('x-sluice-provider')).toBe('second');
        expect(attemptsOf(answer)).toEqual([`${first}/first-model`, 'second/second-model']);
        expectNothingOfTheFirst(stream);
      });
    } else {
      it('is not asked of the second', async () => {
        fail('first');
        expectFailed(await ask('practice', stream), 'first', ['first/first-model']);
        expect(practice.requests.map(({ account }) => account)).toEqual(['first']);
      });
    }

    it('gives the last error in the dialect of the caller when all fail', async () => {
      fail('first');
      fail('second');
      const answer = await ask(endpoint === undefined ? 'practice' : `${endpoint}-all`, stream);
      if (!fallsOver) {
        expectFailed(answer, 'first', ['first/first-model']);
        return;
      }
      const last = endpoint === undefined ? 'second' : `${endpoint}-two`;
      expectFailed(answer, last, [`${first}/first-model`, `${last}/second-model`]);
      if (endpoint === undefined) expectNothingOfTheFirst(stream);
    });
  });

  function expectFailed(answer: Answer, last: string, attempts: readonly string[]): void {
    expect(answer.status, answer.text).toBe(failure.status);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(answer.text)).toEqual({ error: failure.error(last) });
    expect(answer.headers.get('x-request-id')).toMatch(requestId);
    expect(answer.headers.get('x-sluice-provider')).toBe(last);
    expect(attemptsOf(answer)).toEqual(attempts);
  }
});

describe('a provider that breaks off after its first content', () => {
  describe.each([{ failing: ['first'] }, { failing: ['first', 'second'] }])('$failing', ({ failing }) => {
    it.each([{ stream: false }, { stream: true }])('is not asked of another, stream: $stream', async ({ stream }) => {
      for (const account of failing) {
        practice.behave({ account, firstChunkDelayMs: 150, fault: { kind: 'cut', at: 1 } });
      }
      const response = await post('practice', stream);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-sluice-provider')).toBe('first');
      expect(attemptsOf(response)).toEqual(['first/first-model']);
      const { text, isBrokenOff } = await read(response);
      expect(isBrokenOff).toBe(true);
      if (stream) expect(contentOf(text)).toBe('You');
      else expect(() => JSON.parse(text)).toThrow();
      expect(practice.requests.map(({ account }) => account)).toEqual(['first']);
    });
  });
});

async function read(response: Response): Promise<{ readonly text: string; readonly isBrokenOff: boolean }> {
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
  } catch {
    return { text, isBrokenOff: true };
  }
  return { text, isBrokenOff: false };
}
