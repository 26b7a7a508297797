import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { apiKey, document, documents, model, provider } from './policy-documents.ts';
import { type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts';

export const secret = 'sk-sluice-limits-test-key-of-the-caller';
export const otherSecret = 'sk-sluice-limits-test-key-of-another';
export const providerSecret = 'provider-credential-that-nobody-may-see';
export const ownSecret = 'own-credential-that-a-key-has-brought';
export const prompt = 'a prompt that is nobodys business';
export const openaiPath = '/v1/chat/completions';
export const anthropicPath = '/v1/messages';
export const requestId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the tests of a file share: a gateway with a small limit of bodies, two keys, and models of both dialects. */
export interface RefusingGateway {
  readonly gateway: TestGateway;
  /** Its requests are those of one test. */
  readonly practice: Practice;
  /** With the key of a caller and JSON, unless the request says otherwise. */
  send(request: RawRequest): Promise<RawAnswer>;
}

/** Starts before the tests of the file that calls it, and ends behind them. */
export function refusingGateway(): RefusingGateway {
  let practice: Practice;
  let gateway: TestGateway;

  beforeAll(async () => {
    practice = await startPractice();
    gateway = await startGateway({
      policy: {
        'policy.yaml': documents(
          provider('first', `${practice.url}/first/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
          provider('second', `${practice.url}/second/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
          provider('claude', `${practice.url}/claude/v1`, { schema: 'anthropic' }),
          model('small', ['first/fail-503', 'second/upstream-model'], { retry: { coolDown: { failures: 0 } } }),
          model('sonnet', ['claude/upstream-model']),
          apiKey('test', 'CALLER_KEY', {
            owner: { user: 'ana@example.com', team: 'payments' },
            credentials: [{ provider: 'second', apiKey: { env: 'OWN_KEY' } }],
          }),
          apiKey('other', 'OTHER_KEY'),
          document('GatewayPolicy', 'limits', { maxBodySize: '64KiB' }),
        ),
      },
      env: { CALLER_KEY: secret, OTHER_KEY: otherSecret, PROVIDER_KEY: providerSecret, OWN_KEY: ownSecret },
      // By default ten seconds pass before a line is written.
      envoyArgs: ['--file-flush-interval-msec', '10'],
    });
  });

  afterAll(async () => {
    await gateway?.stop();
    await practice?.close();
  });

  beforeEach(() => practice.clear());

  return {
    get gateway() {
      return gateway;
    },
    get practice() {
      return practice;
    },
    send(request) {
      const version = request.path.startsWith(anthropicPath) ? { 'anthropic-version': '2023-06-01' } : {};
      const headers = { ...authorised, ...version, ...request.headers };
      return rawRequest(gateway.port, { ...request, headers });
    },
  };
}

const authorised = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
export const question = (name = 'small'): string =>
  JSON.stringify({ model: name, max_tokens: 10, messages: [{ role: 'user', content: prompt }] });

/** Error and request id as a client of the dialect finds them. Fails if there is no proper error. */
export function errorOf(answer: RawAnswer, path: string): { readonly code: unknown; readonly message: string } {
  expect(answer.headers['content-type']).toBe('application/json');
  const body = JSON.parse(answer.text) as {
    readonly type?: string;
    readonly request_id?: string;
    readonly error: { readonly type: string; readonly code?: string; readonly message: string; request_id?: string };
  };
  const isAnthropic = path.startsWith(anthropicPath);
  if (isAnthropic) expect(body.type).toBe('error');
  const id = isAnthropic ? body.request_id : body.error.request_id;
  expect(id).toMatch(requestId);
  expect(answer.headers[isAnthropic ? 'request-id' : 'x-request-id']).toBe(id);
  return { code: isAnthropic ? body.error.type : body.error.code, message: body.error.message };
}
