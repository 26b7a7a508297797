import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { type Answer, attemptsOf, caller, type Question } from './caller.ts';
import { type GatewayOptions, startGateway, type TestGateway } from './gateway.ts';
import { type Load, type LoadResult, startLoad } from './load.ts';
import { apiKey, documents, model, provider } from './policy-documents.ts';

export const secret = 'sk-sluice-resilience-test-key';
export const clients = 8;

/**
 * A gateway of which parts die, are restarted, or come late, while others ask. What fails is counted, must be said clearly,
 * and must never be an unprocessed request at a provider, which is looked at after each test.
 */
export interface ResilienceSite {
  readonly practice: Practice;
  /** That of the test at hand. */
  readonly gateway: TestGateway;
  readonly ask: (question: Question) => Promise<Answer>;
  start(options?: Partial<GatewayOptions>): Promise<void>;
  /**
   * Asks for `plain`, and for `chain`, whose first provider fails. With a pause, since what is restarted meanwhile needs some
   * of the machine, too.
   */
  load(pauseMs?: number): Load;
}

/** Starts before the tests of the file that calls it, and ends behind them; each test starts a gateway of its own. */
export function resilienceSite(): ResilienceSite {
  let practice: Practice;
  let gateway: TestGateway;
  /** One that fails must not leave callers behind for the next. */
  let running: Load | undefined;
  const ask = caller(() => gateway.url, secret);

  beforeAll(async () => {
    practice = await startPractice({ keepRequests: 20_000 });
  });
  afterAll(() => practice?.close());
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await gateway?.stop();
    expectEveryRequestProcessed(practice);
    practice.clear();
  });

  return {
    get practice() {
      return practice;
    },
    get gateway() {
      return gateway;
    },
    ask,
    async start(options = {}) {
      gateway = await startGateway({
        policy: { 'policy.yaml': policy(practice.url) },
        env: { CALLER_KEY: secret, GOOD_KEY: 'good-secret', BAD_KEY: 'bad-secret' },
        ...options,
      });
    },
    load(pauseMs = 10) {
      practice.behave({ account: 'bad', fault: { kind: 'status', status: 503 } });
      running = startLoad(
        clients,
        async (client) => {
          const name = client % 2 === 0 ? 'plain' : 'chain';
          return failureOf(name, await ask({ model: name }));
        },
        pauseMs,
      );
      return running;
    },
  };
}

const policy = (url: string): string =>
  documents(
    provider('good', `${url}/good/v1`, { credential: { apiKey: { env: 'GOOD_KEY' } } }),
    provider('bad', `${url}/bad/v1`, { credential: { apiKey: { env: 'BAD_KEY' } } }),
    model('plain', ['good/upstream-plain']),
    model('chain', ['bad/upstream-bad', 'good/upstream-good'], { retry: { coolDown: { failures: 0 } } }),
    apiKey('test', 'CALLER_KEY'),
  );

/** Whatever happened: no provider has seen the caller's key, or a request as the caller wrote it. */
function expectEveryRequestProcessed(practice: Practice): void {
  for (const { account, headers, body, path } of practice.requests) {
    expect(path).toBe(`/${account}/v1/chat/completions`);
    expect(body).toMatchObject({ model: expect.stringMatching(/^upstream-/) });
    expect(headers.authorization).toBe(`Bearer ${account}-secret`);
    expect(JSON.stringify(headers)).not.toContain(secret);
  }
}

/** What is wrong with an answer, if it is not the proper one of this model. */
export function failureOf(name: string, answer: Answer): string | undefined {
  if (answer.status !== 200) return clearly(answer);
  const expected = name === 'plain' ? ['good/upstream-plain'] : ['bad/upstream-bad', 'good/upstream-good'];
  const attempts = attemptsOf(answer);
  if (attempts.join() !== expected.join()) return `${name} took ${attempts.join()}`;
  return answer.text.includes('You said: ') ? undefined : `wrong answer: ${answer.text}`;
}

/** A refusal that any client can read, or what is unclear about it. */
export function clearly({ status, headers, text }: Answer): string {
  try {
    const { error } = JSON.parse(text) as { readonly error: { readonly code: string; readonly request_id: string } };
    const isClear = error.request_id === headers.get('x-request-id') && error.request_id !== '';
    return isClear ? `${status} ${error.code}` : `unclear: ${text}`;
  } catch {
    return `unclear: ${status} ${text}`;
  }
}

export function report(what: string, { count, failures, perSecond }: LoadResult): void {
  const kinds = Map.groupBy(failures, (failure) => failure);
  const listed = [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(', ');
  console.info(`${what}: ${count} requests, ${perSecond} a second, ${failures.length} failed (${listed || 'none'})`);
}
