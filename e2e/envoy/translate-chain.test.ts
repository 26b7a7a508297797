import { describe, expect, it } from 'vitest';
import { exchangeField, internalHeaders, metadataNamespaces } from '../../src/contract.ts';
import type { GatewayModel } from '../../src/model/gateway.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel, retryProfile } from '../support/gateway-model.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { carryOut, type Plan } from '../support/scripted-plan.ts';
import { headerOf, startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();

async function provider(status: number, name: string): Promise<RecordingProvider> {
  const started = await startRecordingProvider((response) => answerJson(response, status, { from: name }));
  atEnd(() => started.close());
  return started;
}

async function gateway(plan: Plan, a: number, b: number, parts: Partial<GatewayModel> = {}) {
  const processor = await startScriptedProcessor(carryOut(plan));
  atEnd(() => processor.close());
  const running = await startTranslatedEnvoy(
    gatewayModel({
      providers: [
        providerModel('a', a, { credential: { header: 'authorization', prefix: 'Bearer ', secret: 'a' } }),
        providerModel('b', b, { credential: { header: 'x-api-key', prefix: '', secret: 'b' } }),
        providerModel('free', b),
        providerModel('unresolvable', 443, {
          endpoint: { host: 'no-such-host.invalid', port: 443, basePath: '' },
          tls: { serverName: 'no-such-host.invalid' },
        }),
      ],
      secrets: [
        { name: 'a', kind: 'opaque', value: 'secret-of-a' },
        { name: 'b', kind: 'opaque', value: 'secret-of-b' },
      ],
      ...parts,
    }),
    { processors: [{ host: '127.0.0.1', port: processor.port }] },
  );
  atEnd(() => running.stop());
  const port = await running.port('http');
  const ask = (headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}/v1/chat/completions?trace=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-caller', 'content-type': 'application/json', ...headers },
      body: '{"model":"small"}',
    });
  return { ask, running, processor };
}

const traces = ['traceparent', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'uber-trace-id', 'x-amzn-trace-id'];
const steering = ['x-original-url', 'x-rewrite-url', 'x-http-method-override', 'x-method-override', 'x-http-method'];
const credentials = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie', 'proxy-authorization'];

describe('the chain of a request', () => {
  it('is taken from the metadata, and nothing of one attempt reaches the next provider', async () => {
    const a = await provider(500, 'a');
    const b = await provider(200, 'b');
    const { ask, processor } = await gateway(
      {
        chain: ['provider/a', 'provider/b'],
        body: '{"model":"model-of-a"}',
        headers: { ':path': '/a/chat' },
        later: { 'provider/b': { body: '{"model":"the longer name of b"}', headers: { ':path': '/b/messages' } } },
      },
      a.port,
      b.port,
    );

    const everySecret = Object.fromEntries(
      [...credentials, ...traces, ...steering].map((name) => [name, 'of-the-caller']),
    );
    const response = await ask({ ...everySecret, 'x-forwarded-for': '1.2.3.4', 'x-amz-security-token': 'token' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ from: 'b' });

    const [first] = a.requests;
    expect(first).toMatchObject({ path: '/a/chat', body: '{"model":"model-of-a"}' });
    expect(first?.headers).toMatchObject({ authorization: 'Bearer secret-of-a', 'content-length': '22' });
    const [second] = b.requests;
    expect(second).toMatchObject({ path: '/b/messages', body: '{"model":"the longer name of b"}' });
    expect(second?.headers).toMatchObject({ 'x-api-key': 'secret-of-b', 'content-length': '32' });
    expect(second?.headers['transfer-encoding']).toBeUndefined();
    for (const [request, own] of [
      [first, 'authorization'],
      [second, 'x-api-key'],
    ] as const) {
      const names = Object.keys(request?.headers ?? {});
      expect(names.filter((name) => /^x-(sluice|envoy|forwarded|amz)-/.test(name))).toEqual([]);
      expect(names.filter((name) => [...credentials, ...traces, ...steering].includes(name))).toEqual([own]);
    }
    expect(second?.headers.host).toBe(`127.0.0.1:${b.port}`);

    const upstream = processor.seen.filter(({ role }) => role === 'upstream');
    expect(upstream).toHaveLength(1);
    const [later] = upstream;
    expect(later && headerOf(later.message, 'x-envoy-attempt-count')).toBe('2');
    expect(later?.message.metadataContext?.filterMetadata[metadataNamespaces.route]?.[exchangeField]).toBe('p1.7');
    const answer = processor.seen.find(({ kind }) => kind === 'responseHeaders');
    expect(answer?.message.attributes['envoy.filters.http.ext_proc']).toMatchObject({
      'response.code_details': 'via_upstream',
      'upstream.request_attempt_count': 2,
    });
  });

  it('goes on behind a provider whose name does not resolve', async () => {
    const b = await provider(200, 'b');
    const { ask } = await gateway({ chain: ['provider/unresolvable', 'provider/b'] }, 1, b.port);
    const response = await ask();
    expect([response.status, await response.json()]).toEqual([200, { from: 'b' }]);
  });

  it('goes on behind a provider that refuses the connection', async () => {
    const b = await provider(200, 'b');
    const { ask } = await gateway({ chain: ['provider/a', 'provider/b'] }, 1, b.port);
    expect((await ask()).status).toBe(200);
  });

  it('has as many attempts as the processor says, although the route says none', async () => {
    const a = await provider(429, 'a');
    const { ask } = await gateway({ chain: ['provider/a', 'provider/a', 'provider/a'] }, a.port, 1);
    expect((await ask()).status).toBe(429);
    expect(a.requests).toHaveLength(3);
  });

  it('ends at once with an answer that the profile does not retry', async () => {
    const a = await provider(500, 'a');
    const b = await provider(200, 'b');
    const { ask } = await gateway({ chain: ['provider/a', 'provider/b'], profile: 'only-429' }, a.port, b.port, {
      profiles: [retryProfile(), retryProfile({ name: 'only-429', statuses: [429], onServerError: false })],
    });
    expect((await ask()).status).toBe(500);
    expect(b.requests).toEqual([]);
  });

  it('ends in a 503 where nobody prepares the next attempt, which then does not leave', async () => {
    const a = await provider(500, 'a');
    const b = await provider(200, 'b');
    const { ask } = await gateway(
      { chain: ['provider/a', 'provider/b'], later: { 'provider/b': 'fail' } },
      a.port,
      b.port,
    );
    expect((await ask()).status).toBe(503);
    expect(a.requests).toHaveLength(1);
    expect(b.requests).toEqual([]);
  });

  it('leaves an attempt that brings no headers in time', async () => {
    const a = await startRecordingProvider(() => undefined);
    atEnd(() => a.close());
    const b = await provider(200, 'b');
    const { ask } = await gateway({ chain: ['provider/a', 'provider/b'] }, a.port, b.port, {
      profiles: [retryProfile({ attemptTimeoutMs: 300, idleTimeoutMs: 50 })],
    });
    const startedAt = performance.now();
    expect((await ask()).status).toBe(200);
    // Not at the idle time-out, which is shorter: a model may think before it answers.
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });

  it("puts a key's own credential in place of the provider's, on the first attempt and on later ones", async () => {
    const a = await provider(500, 'a');
    const b = await provider(200, 'b');
    const own = (value: string) => ({ [internalHeaders.credential]: value });
    const { ask } = await gateway(
      {
        chain: ['provider/a', 'provider/b', 'provider/free'],
        headers: own('Bearer of-the-key'),
        later: { 'provider/b': { headers: own('also-of-the-key') } },
      },
      a.port,
      b.port,
    );
    expect((await ask()).status).toBe(200);
    expect(a.requests[0]?.headers.authorization).toBe('Bearer of-the-key');
    expect(b.requests[0]?.headers['x-api-key']).toBe('also-of-the-key');
    expect(b.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("sends no credential to a provider that needs none, not even the caller's", async () => {
    const b = await provider(200, 'b');
    const { ask } = await gateway({ chain: ['provider/free'] }, 1, b.port);
    expect((await ask()).status).toBe(200);
    expect(Object.keys(b.requests[0]?.headers ?? {}).filter((name) => credentials.includes(name))).toEqual([]);
  });

  it('is logged, with no query string and no secret', async () => {
    const b = await provider(200, 'b');
    const { ask, running } = await gateway({ chain: ['provider/b'] }, 1, b.port);
    const response = await ask();
    await response.text();
    await expect.poll(() => running.envoy.log()).toContain('"status":200');
    const line = running.envoy
      .log()
      .split('\n')
      .find((each) => each.startsWith('{'));
    expect(JSON.parse(line ?? '')).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      method: 'POST',
      path: '/v1/chat/completions',
      status: 200,
      attempts: 1,
      cluster: 'provider/b',
      key: 'checkout',
      team: '',
      model: 'small',
      api: 'chat',
      stream: false,
      details: 'via_upstream',
      request_id: response.headers.get('x-request-id'),
    });
    expect(running.envoy.log()).not.toMatch(/secret-of-b|sk-caller|trace=1/);
  });
});
