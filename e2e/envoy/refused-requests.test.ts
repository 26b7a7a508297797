import { describe, expect, it } from 'vitest';
import { rawRequest } from '../support/raw-request.ts';
import {
  anthropicPath,
  errorOf,
  openaiPath,
  ownSecret,
  prompt,
  providerSecret,
  question,
  refusingGateway,
  requestId,
  secret,
} from '../support/refusing-gateway.ts';

/*
 * What callers may not send: refused clearly, in their own dialect, and without anything reaching a provider.
 */

const site = refusingGateway();

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
    const answer = await site.send({ path, body, isChunked });
    expect(answer.status).toBe(413);
    expect(errorOf(answer, path).code).toBe(tooLarge);
    expect(site.practice.requests).toHaveLength(0);
  });

  it('of exactly the limit passes, also when a longer one goes to the provider and to the next', async () => {
    const short = question(name);
    const body = short + ' '.repeat(64 * 1024 - short.length);
    expect((await site.send({ path, body })).status).toBe(200);
    expect((await site.send({ path, body: `${body} ` })).status).toBe(413);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-encoding': 'gzip' },
  ])('with %o is refused with 415', async (headers) => {
    const answer = await site.send({ path, headers, body: question(name) });
    expect(answer.status).toBe(415);
    expect(errorOf(answer, path).code).toBe(wrongType);
  });

  it('of no type is JSON to the provider as well', async () => {
    const headers = { authorization: `Bearer ${secret}`, 'anthropic-version': '2023-06-01' };
    expect((await rawRequest(site.gateway.port, { path, headers, body: question(name) })).status).toBe(200);
    const types = site.practice.requests.map((request) => request.headers['content-type']);
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
    const answer = await site.send({ path, body });
    expect(answer.status, answer.text).toBe(400);
    expect(errorOf(answer, path).message).toMatch(message);
    expect(site.practice.requests).toHaveLength(0);
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
    const answer = await site.send({ method, path });
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
    const answer = await site.send({ path, body: question('small') });
    for (const request of site.practice.requests) {
      expect(request.path).toMatch(/^\/(first|second)\/v1\/chat\/completions$/);
      expect(request.headers.authorization).toBe(`Bearer ${request.account === 'first' ? providerSecret : ownSecret}`);
    }
    if (answer.status !== 200) {
      expect(site.practice.requests).toHaveLength(0);
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
    const answer = await site.send({ path: openaiPath, headers: forged, body: question() });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['x-sluice-attempts']).toBe('first/fail-503,second/upstream-model');
    expect(answer.headers['x-request-id']).toMatch(requestId);
    expect(site.practice.requests.map(({ account }) => account)).toEqual(['first', 'second']);
    for (const { headers, body } of site.practice.requests) {
      const names = Object.keys(headers).filter((name) => /^x-(sluice|envoy|forwarded|real)-/.test(name));
      expect(names).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain('forged');
      expect(body).toMatchObject({ messages: [{ content: prompt }] });
    }
    expect(await site.gateway.envoy.admin('/stats?filter=forged')).toBe('');
  });

  it('open nothing to those who have no key', async () => {
    for (const profile of ['default', ...(await profiles())]) {
      const answer = await rawRequest(site.gateway.port, {
        path: openaiPath,
        headers: { ...forged, 'x-sluice-profile': profile, 'content-type': 'application/json' },
        body: question(),
      });
      expect(answer.status).toBe(401);
      expect(errorOf(answer, openaiPath).code).toBe('missing_api_key');
    }
    expect(site.practice.requests).toHaveLength(0);
  });

  async function profiles(): Promise<readonly string[]> {
    const routes = await site.gateway.envoy.admin('/config_dump?resource=dynamic_route_configs');
    const names = [...routes.matchAll(/"name": "(retry-[^"]+)"/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(0);
    return [...new Set(names)];
  }

  it('with an underscore are not mistaken for their relatives', async () => {
    const answer = await site.send({ path: openaiPath, headers: { x_sluice_credential: 'forged' }, body: question() });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(site.practice.requests.map(({ headers }) => headers))).not.toContain('forged');
  });
});

describe('/healthz', () => {
  it('is answered without a key, and without a processor', async () => {
    const ask = () => rawRequest(site.gateway.port, { method: 'GET', path: '/healthz' });
    expect((await ask()).status).toBe(200);
    await site.gateway.processors[0]?.kill('SIGKILL');
    expect((await ask()).status).toBe(200);
    await site.gateway.processors[0]?.restart();
  });
});
