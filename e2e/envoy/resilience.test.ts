import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { localBackend, secretOf } from '../support/ai-gateway-manifests.ts';
import { type Answer, attemptsOf, caller, providerOf } from '../support/caller.ts';
import {
  type GatewayOptions,
  healthyProcessors,
  type ProcessorProcess,
  startGateway,
  type TestGateway,
} from '../support/gateway.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { type Load, type LoadResult, startLoad } from '../support/load.ts';
import { apiKey, documents, gatewayDocument, model, provider } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * Parts of the gateway die, are restarted, or come late, while others ask. What fails is counted, must be said clearly,
 * and must never be an unprocessed request at a provider.
 */

const secret = 'sk-sluice-resilience-test-key';
const clients = 8;

let practice: Practice;
let gateway: TestGateway;
/** That of the test at hand: one that fails must not leave callers behind for the next. */
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
  expectEveryRequestProcessed();
  practice.clear();
});

async function start(options: Partial<GatewayOptions> = {}): Promise<void> {
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('good', `${practice.url}/good/v1`, { credential: { apiKey: { env: 'GOOD_KEY' } } }),
        provider('bad', `${practice.url}/bad/v1`, { credential: { apiKey: { env: 'BAD_KEY' } } }),
        model('plain', ['good/upstream-plain']),
        model('chain', ['bad/upstream-bad', 'good/upstream-good'], { retry: { coolDown: { failures: 0 } } }),
        apiKey('test', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: secret, GOOD_KEY: 'good-secret', BAD_KEY: 'bad-secret' },
    ...options,
  });
}

/** Whatever happened: no provider has seen the caller's key, or a request as the caller wrote it. */
function expectEveryRequestProcessed(): void {
  for (const { account, headers, body, path } of practice.requests) {
    expect(path).toBe(`/${account}/v1/chat/completions`);
    expect(body).toMatchObject({ model: expect.stringMatching(/^upstream-/) });
    expect(headers.authorization).toBe(`Bearer ${account}-secret`);
    expect(JSON.stringify(headers)).not.toContain(secret);
  }
}

/** What is wrong with an answer, if it is not the proper one of this model. */
function failureOf(name: string, answer: Answer): string | undefined {
  if (answer.status !== 200) return clearly(answer);
  const expected = name === 'plain' ? ['good/upstream-plain'] : ['bad/upstream-bad', 'good/upstream-good'];
  const attempts = attemptsOf(answer);
  if (attempts.join() !== expected.join()) return `${name} took ${attempts.join()}`;
  return answer.text.includes('You said: ') ? undefined : `wrong answer: ${answer.text}`;
}

/** A refusal that any client can read, or what is unclear about it. */
function clearly({ status, headers, text }: Answer): string {
  try {
    const { error } = JSON.parse(text) as { readonly error: { readonly code: string; readonly request_id: string } };
    const isClear = error.request_id === headers.get('x-request-id') && error.request_id !== '';
    return isClear ? `${status} ${error.code}` : `unclear: ${text}`;
  } catch {
    return `unclear: ${status} ${text}`;
  }
}

/** The processor has seen the headers when it is killed, and the body is not complete. */
async function askWhileItDies(headers: Readonly<Record<string, string>>): Promise<Answer> {
  const body = JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: 'Hello' }] });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const asked = fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: readable,
    duplex: 'half',
  });
  await writer.write(Buffer.from(body.slice(0, 20)));
  await until('the processor has the headers', async () =>
    ((await gateway.processors[0]?.metrics()) ?? '').includes('sluice_exchanges_open 1'),
  );
  await gateway.processors[0]?.kill('SIGKILL');
  await writer.write(Buffer.from(body.slice(20))).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const response = await asked;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function expectDeathWhileAProviderThinks(headers: Readonly<Record<string, string>>): Promise<void> {
  practice.behave({ account: 'good', headersDelayMs: 1_000, times: 1 });
  const thinking = ask({ model: 'plain', headers });
  await until('the provider has the request', () => practice.requests.length === 1);
  practice.behave({ account: 'good', chunkDelayMs: 80, times: 1 });
  const streaming = fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'plain', stream: true, messages: [{ role: 'user', content: 'a b c d e f' }] }),
  });
  let text = '';
  const reader = (await streaming).body?.pipeThrough(new TextDecoderStream()) ?? [];
  for await (const chunk of reader) {
    text += chunk;
    if (text.includes(' a"')) await gateway.processors[0]?.kill('SIGKILL');
  }
  expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  expect(clearly(await thinking)).toBe('503 gateway_not_ready');
}

async function requestsOf(processor: ProcessorProcess | undefined): Promise<number> {
  const metrics = (await processor?.metrics()) ?? '';
  return [...metrics.matchAll(/^sluice_requests_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

/** With a pause, since what is restarted meanwhile needs some of the machine, too. */
function load(pauseMs = 10): Load {
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
}

function report(what: string, { count, failures, perSecond }: LoadResult): void {
  const kinds = Map.groupBy(failures, (failure) => failure);
  const listed = [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(', ');
  console.info(`${what}: ${count} requests, ${perSecond} a second, ${failures.length} failed (${listed || 'none'})`);
}

describe('with two processors', () => {
  it('one that is killed costs at most the requests that it held', async () => {
    await start({ processors: 2 });
    const asking = load();
    await sleep(500);
    await gateway.processors[0]?.kill('SIGKILL');
    await sleep(1_500);
    await gateway.processors[0]?.restart();
    await sleep(500);
    const result = await asking.stop();
    report('one of two processors killed', result);
    // Those it held: no client has more than one request, and a chain has two streams, one of which may be on each.
    expect(result.failures.length).toBeLessThanOrEqual(clients);
    for (const failure of result.failures) expect(failure).toBe('503 gateway_not_ready');
    expect(result.count).toBeGreaterThan(100);
  });

  it('one that is asked to end loses nothing', async () => {
    await start({ processors: 2 });
    const asking = load();
    await sleep(500);
    await gateway.processors[0]?.kill('SIGTERM');
    await sleep(500);
    await gateway.processors[0]?.restart();
    await sleep(500);
    const result = await asking.stop();
    report('one of two processors drained', result);
    expect(result.failures).toEqual([]);
  });

  it('one that hangs is passed over while the other lives, and asked again when it answers', async () => {
    await start({ processors: 2 });
    const [hanging] = gateway.processors;
    const asked = (): Promise<string | undefined> =>
      ask({ model: 'plain' }).then((answer) => failureOf('plain', answer));
    process.kill(hanging?.pid ?? 0, 'SIGSTOP');
    // Those that meet it before Envoy knows wait for it, as long as for anything a processor may do.
    const held = Promise.all(Array.from({ length: 10 }, asked));
    await healthyProcessors(gateway.envoy, 1);
    for (let request = 0; request < 40; request++) expect(await asked()).toBeUndefined();
    const failures = (await held).filter((failure) => failure !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(failures)).toEqual(new Set(['503 gateway_not_ready']));

    process.kill(hanging?.pid ?? 0, 'SIGCONT');
    await healthyProcessors(gateway.envoy, 2);
    const before = await requestsOf(hanging);
    for (let request = 0; request < 10; request++) expect(await asked()).toBeUndefined();
    expect(await requestsOf(hanging)).toBeGreaterThan(before);
  });

  it('both of which hang are tried as before: what they answer in time is an answer', async () => {
    await start({ processors: 2 });
    const pids = gateway.processors.map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await healthyProcessors(gateway.envoy, 0);
    const waiting = Promise.all(Array.from({ length: 4 }, () => ask({ model: 'plain' })));
    await sleep(300);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    for (const answer of await waiting) expect(failureOf('plain', answer)).toBeUndefined();
  });

  it('a later attempt is answered right, whichever of them it meets', async () => {
    await start({ processors: 2 });
    practice.behave({ account: 'bad', fault: { kind: 'status', status: 503 } });
    for (let request = 0; request < 40; request++) {
      const content = `number ${request}`;
      const answer = await ask({ model: 'chain', content, stream: request % 2 === 0 });
      expect(answer.status, answer.text).toBe(200);
      expect(providerOf(answer)).toBe('good');
    }
    const later = practice.requests.filter(({ account }) => account === 'good');
    expect(later.map(({ body }) => JSON.stringify(body).match(/number \d+/)?.[0])).toEqual(
      Array.from({ length: 40 }, (_, request) => `number ${request}`),
    );
    const metrics = (await Promise.all(gateway.processors.map((each) => each.metrics()))).join('\n');
    const relayed = [...metrics.matchAll(/sluice_later_attempts_total\{outcome="relayed"\} (\d+)/g)];
    const count = relayed.reduce((sum, [, value]) => sum + Number(value), 0);
    console.info(`later attempts that met the other processor: ${count} of 40`);
    expect(count).toBeGreaterThan(0);
  });
});

describe('with one processor', () => {
  it('its death is told in a clear 503 until it is back', async () => {
    await start();
    const asking = load();
    await sleep(300);
    await gateway.processors[0]?.kill('SIGKILL');
    await sleep(200);
    const whileDown = await ask({ model: 'plain' });
    expect(whileDown.status).toBe(503);
    expect(clearly(whileDown)).toBe('503 gateway_not_ready');
    await gateway.processors[0]?.restart();
    await until('requests are answered again', async () => (await ask({ model: 'plain' })).status === 200);
    await sleep(300);
    const result = await asking.stop();
    report('the only processor killed and started again', result);
    expect(new Set(result.failures)).toEqual(new Set(['503 gateway_not_ready']));
  });

  it('its death in the middle of a request is told as well, and the request goes nowhere', async () => {
    await start();
    expect(clearly(await askWhileItDies({ authorization: `Bearer ${secret}` }))).toBe('503 gateway_not_ready');
    expect(practice.requests).toHaveLength(0);
  });

  it('its death while a provider thinks is told, and a stream that has begun goes on', async () => {
    await start();
    await expectDeathWhileAProviderThinks({ authorization: `Bearer ${secret}` });
  });
});

describe('a route that wants tokens', () => {
  const issuer = tokenIssuer();
  const token = issuer.token({ iss: 'https://issuer.example.com', sub: 'ana' });
  const withKey = { authorization: `Bearer ${secret}` };
  const withBoth = { 'x-api-key': secret, authorization: `Bearer ${token}` };
  const route = (name: string) => ({ group: 'aigateway.envoyproxy.io', kind: 'AIGatewayRoute', name });
  const of = (apiVersion: string, kind: string, name: string, spec: object) =>
    `${JSON.stringify({ apiVersion, kind, metadata: { name }, spec })}\n`;

  const startWithTokens = () =>
    start({
      policy: (port) => ({
        'policy.yaml': documents(
          gatewayDocument([{ name: 'http', port }]),
          localBackend({
            name: 'good',
            port: Number(new URL(practice.url).port),
            prefix: '/good/v1',
            credential: { type: 'APIKey', apiKey: { secretRef: { name: 'good' } } },
          }),
          secretOf('good', { apiKey: 'good-secret' }),
          of('aigateway.envoyproxy.io/v1beta1', 'AIGatewayRoute', 'plain', {
            parentRefs: [{ name: 'test', kind: 'Gateway', group: 'gateway.networking.k8s.io' }],
            rules: [
              {
                matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'plain' }] }],
                backendRefs: [{ name: 'good', modelNameOverride: 'upstream-plain' }],
              },
            ],
          }),
          of('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'tokens', {
            targetRefs: [route('plain')],
            jwt: { providers: [{ name: 'login', localJWKS: { inline: issuer.keySet } }] },
          }),
          apiKey('test', 'CALLER_KEY'),
        ),
      }),
    });
  const said = async (headers: Readonly<Record<string, string>>) => {
    const answer = await ask({ model: 'plain', headers });
    return answer.status === 200 ? 200 : clearly(answer);
  };

  it('tells the death of the processor in the middle of a request, and is open to nobody until it is back', async () => {
    await startWithTokens();
    expect(await said(withBoth)).toBe(200);
    expect(await said(withKey)).toBe('401 missing_token');
    const before = practice.requests.length;
    expect(clearly(await askWhileItDies(withBoth))).toBe('503 gateway_not_ready');
    const withForged = { ...withBoth, authorization: `Bearer ${tokenIssuer().token({})}` };
    for (const headers of [withBoth, withKey, withForged]) {
      expect(await said(headers)).toBe('503 gateway_not_ready');
    }
    expect(practice.requests).toHaveLength(before);
    await gateway.processors[0]?.restart();
    await until('requests are answered again', async () => (await said(withBoth)) === 200);
    expect(await said(withKey)).toBe('401 missing_token');
    expect(await said(withForged)).toBe('401 invalid_token');
  });

  it('tells its death while a provider thinks, and lets a stream that has begun go on', async () => {
    await startWithTokens();
    await expectDeathWhileAProviderThinks(withBoth);
    expect(JSON.stringify(practice.requests)).not.toContain(token.slice(0, 40));
  });
});

describe('the control plane', () => {
  it('may be restarted: nothing fails, and what was changed meanwhile arrives', async () => {
    await start({ processors: 2 });
    const asking = load();
    await sleep(200);
    await gateway.restartControlPlane(async () => {
      await gateway.save({ 'added.yaml': model('added', ['good/upstream-added']) });
      await sleep(500);
    });
    await until('the change is in force', async () => (await ask({ model: 'added' })).status === 200);
    await until('everybody is back', () => gateway.plane.status().clients.length === 3, {
      seen: () => gateway.plane.status().clients,
    });
    // And the next one, over the new connections.
    await gateway.write('again.yaml', model('again', ['good/upstream-again']));
    expect((await ask({ model: 'again' })).status).toBe(200);
    const result = await asking.stop();
    report('control plane restarted', result);
    expect(result.failures).toEqual([]);
  });

  it('may come last', async () => {
    await start({ isControlPlaneLast: true, processors: 2 });
    expect((await ask({ model: 'plain' })).status).toBe(200);
    expect((await ask({ model: 'chain' })).status).toBe(200);
  });
});

describe('Envoy', () => {
  it('costs, when it is restarted under load, what it held and what came while nobody listened', async () => {
    await start({ processors: 2 });
    const asking = load(20);
    await sleep(500);
    expect(asking.failures).toEqual([]);
    await gateway.restartEnvoy();
    await until(
      'requests are answered again',
      async () => (await ask({ model: 'plain' }).catch(() => undefined))?.status === 200,
    );
    // Those that were refused a moment ago have been told by now.
    await sleep(100);
    const failed = asking.failures.length;
    const answered = asking.count;
    await sleep(500);
    const result = await asking.stop();
    report('Envoy restarted', result);
    expect(result.failures.length).toBe(failed);
    expect(result.count).toBeGreaterThan(answered);
    const refused = result.failures.filter((failure) => failure.includes('ECONNREFUSED'));
    const held = result.failures.filter((failure) => !failure.includes('ECONNREFUSED'));
    expect(refused.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThanOrEqual(clients);
    // Of the connection, never an answer that is none.
    for (const failure of held) expect(failure).toMatch(/ECONNRESET|EPIPE|other side closed|terminated/);
  });

  it('has all of its configuration again when it is restarted', async () => {
    await start({ processors: 2 });
    expect((await ask({ model: 'plain' })).status).toBe(200);
    await gateway.write('added.yaml', model('added', ['good/upstream-added']));
    await gateway.restartEnvoy();
    // A client would find its old connections closed; here a new one is asked for.
    const fresh = { headers: { connection: 'close' } };
    expect((await ask({ model: 'added', ...fresh })).status).toBe(200);
    practice.behave({ account: 'bad', fault: { kind: 'status', status: 503 } });
    expect(failureOf('chain', await ask({ model: 'chain', ...fresh }))).toBeUndefined();
    const envoys = gateway.plane.status().clients.filter(({ kind }) => kind === 'envoy');
    expect(envoys.flatMap(({ types }) => types.map(({ state }) => state))).toEqual(Array(4).fill('synced'));
  });
});
