import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { type RawAnswer, type RawRequest, rawRequest } from '../support/raw-request.ts';
import { until } from '../support/until.ts';

/*
 * What callers may not do: refused clearly, in their own dialect, and without anything reaching a provider.
 */

const secret = 'sk-sluice-limits-test-key-of-the-caller';
const otherSecret = 'sk-sluice-limits-test-key-of-another';
const providerSecret = 'provider-credential-that-nobody-may-see';
const ownSecret = 'own-credential-that-a-key-has-brought';
const prompt = 'a prompt that is nobodys business';
const openaiPath = '/v1/chat/completions';
const anthropicPath = '/v1/messages';
const requestId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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

const authorised = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
const question = (name = 'small'): string =>
  JSON.stringify({ model: name, max_tokens: 10, messages: [{ role: 'user', content: prompt }] });

function send(request: RawRequest): Promise<RawAnswer> {
  const version = request.path.startsWith(anthropicPath) ? { 'anthropic-version': '2023-06-01' } : {};
  const headers = { ...authorised, ...version, ...request.headers };
  return rawRequest(gateway.port, { ...request, headers });
}

/** Error and request id as a client of the dialect finds them. Fails if there is no proper error. */
function errorOf(answer: RawAnswer, path: string): { readonly code: unknown; readonly message: string } {
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

describe.each([
  { path: openaiPath, name: 'small', tooLarge: 'body_too_large', wrongType: 'unsupported_media_type' },
  { path: anthropicPath, name: 'sonnet', tooLarge: 'request_too_large', wrongType: 'invalid_request_error' },
])('a body on $path', ({ path, name, tooLarge, wrongType }) => {
  it.each([
    { shape: 'announced', bytes: 70_000, isChunked: false },
    { shape: 'not announced', bytes: 70_000, isChunked: true },
    { shape: 'announced, larger than a buffer of Envoy', bytes: 3_000_000, isChunked: false },
    { shape: 'not announced, larger than a buffer of Envoy', bytes: 3_000_000, isChunked: true },
  ])('over the limit is refused with 413, $shape', async ({ bytes, isChunked }) => {
    const body = JSON.stringify({ model: name, filler: 'x'.repeat(bytes) });
    const answer = await send({ path, body, isChunked });
    expect(answer.status).toBe(413);
    expect(errorOf(answer, path).code).toBe(tooLarge);
    expect(practice.requests).toHaveLength(0);
  });

  it('of exactly the limit passes, also when a longer one goes to the provider and to the next', async () => {
    const short = question(name);
    const body = short + ' '.repeat(64 * 1024 - short.length);
    expect((await send({ path, body })).status).toBe(200);
    expect((await send({ path, body: `${body} ` })).status).toBe(413);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-encoding': 'gzip' },
  ])('with %o is refused with 415', async (headers) => {
    const answer = await send({ path, headers, body: question(name) });
    expect(answer.status).toBe(415);
    expect(errorOf(answer, path).code).toBe(wrongType);
  });

  it('of no type is JSON to the provider as well', async () => {
    const headers = { authorization: `Bearer ${secret}`, 'anthropic-version': '2023-06-01' };
    expect((await rawRequest(gateway.port, { path, headers, body: question(name) })).status).toBe(200);
    const types = practice.requests.map((request) => request.headers['content-type']);
    expect(types).toEqual(types.map(() => 'application/json'));
    expect(types.length).toBeGreaterThan(0);
  });

  it.each([
    ['empty', '', /empty/i],
    ['no JSON', 'model=small', /JSON/],
    ['a list', '[]', /object/i],
    ['cut off', question(name).slice(0, -5), /JSON|read/],
    ['with a member twice', `{"model":"${name}","model":"other"}`, /twice|duplicate/i],
    ['with a member twice, once escaped', `{"model":"${name}","mod\\u0065l":"other"}`, /twice|duplicate/i],
    ['with a member twice far inside', `{"model":"${name}","a":{"b":1,"b":2}}`, /twice|duplicate/i],
    ['nested too deep', `{"model":"${name}","a":${'['.repeat(2_000)}${']'.repeat(2_000)}}`, /deep|nest/i],
    ['not in UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), /UTF-8/],
    ['without a model', '{"messages":[]}', /model/],
    ['with a model of another type', '{"model":7}', /model/],
  ] as const)('%s is refused with 400', async (_, body, message) => {
    const answer = await send({ path, body });
    expect(answer.status, answer.text).toBe(400);
    expect(errorOf(answer, path).message).toMatch(message);
    expect(practice.requests).toHaveLength(0);
  });
});

describe('paths and methods', () => {
  it.each([
    ['POST', '/v1/unheard/of', 404],
    ['POST', '/chat/completions', 404],
    ['GET', '/', 404],
    ['GET', openaiPath, 405],
    ['DELETE', anthropicPath, 405],
    ['PUT', '/v1/models', 405],
  ])('%s %s is answered with %i', async (method, path, status) => {
    const answer = await send({ method, path });
    expect(answer.status).toBe(status);
    errorOf(answer, path);
    if (status === 405) expect(answer.headers.allow).toMatch(/^(POST|GET, HEAD)$/);
  });

  it.each([
    '//v1/chat/completions',
    '/v1//chat/completions',
    '/v1/../v1/chat/completions',
    '/v1/./chat/completions',
    '/v1/chat/completions/',
    '/v1/chat/completions/../../../first/v1/files',
    '/v1/%2e%2e/admin',
    '/v1/..%2fadmin',
    '/v1/chat%2fcompletions',
    '/v1/chat%5ccompletions',
    '/v1\\chat\\completions',
    '/v1/chat/completions%00',
    '/V1/Chat/Completions',
    '/v1/chat/completions;x=1',
    '/v1/chat/completions#x',
    '/_practice/requests',
    'http://elsewhere.invalid/v1/chat/completions',
  ])('%s never becomes another path at a provider', async (path) => {
    const answer = await send({ path, body: question('small') });
    for (const request of practice.requests) {
      expect(request.path).toMatch(/^\/(first|second)\/v1\/chat\/completions$/);
      expect(request.headers.authorization).toBe(`Bearer ${request.account === 'first' ? providerSecret : ownSecret}`);
    }
    if (answer.status !== 200) {
      expect(practice.requests).toHaveLength(0);
      expect([400, 404]).toContain(answer.status);
      expect(JSON.parse(answer.text)).toHaveProperty('error.message');
    }
  });
});

describe('headers that steer the gateway', () => {
  const forged = {
    'x-sluice-profile': 'default',
    'x-sluice-exchange': '0.1',
    'x-sluice-credential': 'Bearer forged',
    'x-sluice-content-length': '3',
    'x-sluice-watch': '1',
    'x-envoy-max-retries': '0',
    'x-envoy-retry-on': '5xx',
    'x-envoy-attempt-count': '5',
    'x-envoy-upstream-alt-stat-name': 'forged',
    'x-envoy-upstream-rq-timeout-ms': '1',
    'x-envoy-upstream-rq-per-try-timeout-ms': '1',
    'x-envoy-retriable-status-codes': '200',
    'x-envoy-original-path': '/first/v1/files',
    'x-request-id': 'forged',
    'x-forwarded-for': '8.8.8.8',
    'x-real-ip': '8.8.8.8',
  };

  it('mean nothing when a client sends them, and reach no provider', async () => {
    const answer = await send({ path: openaiPath, headers: forged, body: question() });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-sluice-attempts']).toBe('first/fail-503,second/upstream-model');
    expect(answer.headers['x-request-id']).toMatch(requestId);
    expect(practice.requests.map(({ account }) => account)).toEqual(['first', 'second']);
    for (const { headers, body } of practice.requests) {
      const names = Object.keys(headers).filter((name) => /^x-(sluice|envoy|forwarded|real)-/.test(name));
      expect(names).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain('forged');
      expect(body).toMatchObject({ messages: [{ content: prompt }] });
    }
    expect(await gateway.envoy.admin('/stats?filter=forged')).toBe('');
  });

  it('open nothing to those who have no key', async () => {
    for (const profile of ['default', ...(await profiles())]) {
      const answer = await rawRequest(gateway.port, {
        path: openaiPath,
        headers: { ...forged, 'x-sluice-profile': profile, 'content-type': 'application/json' },
        body: question(),
      });
      expect(answer.status).toBe(401);
      expect(errorOf(answer, openaiPath).code).toBe('missing_api_key');
    }
    expect(practice.requests).toHaveLength(0);
  });

  async function profiles(): Promise<readonly string[]> {
    const routes = await gateway.envoy.admin('/config_dump?resource=dynamic_route_configs');
    const names = [...routes.matchAll(/"name": "(retry-[^"]+)"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(0);
    return [...new Set(names)];
  }

  it('with an underscore are not mistaken for their relatives', async () => {
    const answer = await send({ path: openaiPath, headers: { x_sluice_credential: 'forged' }, body: question() });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(practice.requests.map(({ headers }) => headers))).not.toContain('forged');
  });
});

describe('credentials', () => {
  const withHeaders = (headers: Readonly<Record<string, string>>) =>
    rawRequest(gateway.port, {
      path: openaiPath,
      headers: { 'content-type': 'application/json', ...headers },
      body: question(),
    });

  it.each([
    ['Bearer', { authorization: `Bearer ${secret}` }],
    ['bearer', { authorization: `bearer ${secret}` }],
    ['x-api-key', { 'x-api-key': secret }],
    ['api-key', { 'api-key': secret }],
    ['the same one twice', { authorization: `Bearer ${secret}`, 'x-api-key': secret }],
  ])('are taken from %s', async (_, headers) => {
    expect((await withHeaders(headers)).status).toBe(200);
    for (const request of practice.requests) expect(JSON.stringify(request.headers)).not.toContain(secret);
  });

  it.each([
    ['none', {}],
    ['two different ones', { authorization: `Bearer ${secret}`, 'x-api-key': otherSecret }],
    ['two different ones, the right one last', { 'x-api-key': otherSecret, 'api-key': secret }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` }],
    ['a part of one', { authorization: `Bearer ${secret.slice(0, -1)}` }],
    ['a wrong one', { authorization: 'Bearer sk-sluice-nobody-has-this-key' }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('are refused: %s', async (_, headers) => {
    const answer = await withHeaders(headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(errorOf(answer, openaiPath).code).toMatch(/^(missing|invalid)_api_key$/);
    expect(practice.requests).toHaveLength(0);
  });

  it('in a query string are not taken, and not logged', async () => {
    const path = `${openaiPath}?key=${secret}&api-key=${secret}`;
    const headers = { 'content-type': 'application/json' };
    expect((await rawRequest(gateway.port, { path, headers, body: question() })).status).toBe(401);
    const answer = await send({ path: `${openaiPath}?trace=visible`, body: question() });
    expect(answer.status).toBe(200);
    expect(practice.requests.at(-1)?.path).toBe('/second/v1/chat/completions?trace=visible');
    await until('both are logged', () => gateway.envoy.log().includes(String(answer.headers['x-request-id'])));
    expect(gateway.envoy.log()).not.toContain('trace=visible');
  });
});

describe('what is written down', () => {
  interface Line {
    readonly request_id?: string;
    readonly [field: string]: unknown;
  }

  const lineOf = async (answer: RawAnswer): Promise<Line> => {
    const id = String(answer.headers['x-request-id']);
    await until('the request is in the log', () => gateway.envoy.log().includes(id));
    const line = gateway.envoy
      .log()
      .split('\n')
      .find((each) => each.startsWith('{') && each.includes(id));
    return JSON.parse(line ?? '{}') as Line;
  };

  it('says who asked for what, who was asked, and how it went', async () => {
    const line = await lineOf(await send({ path: openaiPath, body: question() }));
    expect(line).toMatchObject({
      key: 'test',
      user: 'ana@example.com',
      team: 'payments',
      api: 'chat.completions',
      model: 'small',
      targets: 'first/fail-503,second/upstream-model',
      attempts: 2,
      // Who answered.
      cluster: 'provider/second',
      duration_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      stream: false,
      status: 200,
      method: 'POST',
    });
  });

  it('says whose request it was that was refused', async () => {
    const line = await lineOf(await send({ path: openaiPath, body: question('unheard-of') }));
    expect(line).toMatchObject({ key: 'test', status: 404, details: 'sluice_model_not_found' });
    expect(line).toHaveProperty('targets', '');
  });

  it('holds no secret and no prompt, wherever one looks', async () => {
    // Written down is also what goes wrong: a secret where it does not belong, a broken document.
    await send({ path: `/v1/unheard-of?key=${secret}`, body: question() });
    await gateway.write(
      'broken.yaml',
      `apiVersion: sluice.dev/v1alpha1\nkind: ApiKey\nspec: {secret: ${otherSecret}}\n`,
    );
    await gateway.remove('broken.yaml');
    const control = `http://127.0.0.1:${gateway.plane.adminPort}`;
    const pages: Readonly<Record<string, string>> = {
      controller: gateway.log(),
      status: JSON.stringify(gateway.plane.status()),
      'status page': await (await fetch(`${control}/status`)).text(),
      'metrics of the control plane': await (await fetch(`${control}/metrics`)).text(),
      processor: gateway.processors.map((each) => each.log()).join('\n'),
      'metrics of the processor': (await gateway.processors[0]?.metrics()) ?? '',
      Envoy: gateway.envoy.log(),
      'statistics of Envoy': await gateway.envoy.admin('/stats'),
      'configuration of Envoy': await gateway.envoy.admin('/config_dump?include_eds'),
    };
    for (const [name, text] of Object.entries(pages)) {
      expect(text.length, name).toBeGreaterThan(100);
      for (const hidden of [secret, otherSecret, providerSecret, ownSecret, prompt]) {
        const at = text.indexOf(hidden);
        expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at), name).toBe('');
      }
    }
  });
});

describe('/healthz', () => {
  it('is answered without a key, and without a processor', async () => {
    const ask = () => rawRequest(gateway.port, { method: 'GET', path: '/healthz' });
    expect((await ask()).status).toBe(200);
    await gateway.processors[0]?.kill('SIGKILL');
    expect((await ask()).status).toBe(200);
    await gateway.processors[0]?.restart();
  });
});
