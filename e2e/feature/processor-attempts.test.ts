import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProgramInit } from '../../src/program/testing/program-of.ts';
import { type ScriptedEnvoy, scriptedEnvoy } from '../support/scripted-envoy.ts';
import { ask, startTestProcessor, type TestProcessor } from '../support/test-processor.ts';

const program: ProgramInit = {
  providers: [
    {
      name: 'a',
      setHeaders: [{ name: 'x-team', value: 'a' }],
      removeHeaders: ['x-debug'],
      setBody: [{ name: 'only_a', json: 'true' }],
    },
    { name: 'b', basePath: '/b/v1' },
    { name: 'c' },
  ],
  models: [{ name: 'small' }, { name: 'flaky' }],
  routes: [
    {
      id: 'small',
      models: ['small'],
      targets: [
        { provider: 'a', model: 'up-a' },
        { provider: 'b', model: 'up-b', priority: 1 },
        { provider: 'c', priority: 2 },
      ],
    },
    {
      id: 'flaky',
      models: ['flaky'],
      coolDown: { failures: 2, durationMs: 60_000 },
      targets: [
        { provider: 'a', model: 'flaky-a' },
        { provider: 'b', model: 'flaky-b', priority: 1 },
      ],
    },
  ],
  keys: [{ name: 'k' }],
};

const original = '{"model":"small","messages":[{"role":"user","content":"hi"}]}';

/** What the upstream filter of a provider's cluster sends: the header map as the attempt before left it. */
function attempt(envoy: ScriptedEnvoy, exchange: string | undefined, n: number, cluster: string) {
  return envoy.attempt().requestHeaders(
    {
      ':path': '/left/by/attempt/1',
      'x-team': 'a',
      'x-envoy-attempt-count': String(n),
    },
    { attributes: { 'xds.cluster_name': cluster }, exchange: exchange ?? '' },
  );
}

describe('a later attempt', () => {
  let t: TestProcessor;
  beforeAll(async () => {
    t = await startTestProcessor({ program });
  });
  afterAll(() => t[Symbol.asyncDispose]());

  it('is built from the original request, with nothing of the attempts before', async () => {
    const { conversation, body } = await ask(t.envoy, original, { 'x-debug': 'on' });
    expect(body.json).toMatchObject({ model: 'up-a', only_a: true });
    expect(body.headers).toMatchObject({ 'x-team': 'a' });
    expect(body.removed).toContain('x-debug');

    const second = await attempt(t.envoy, body.exchange, 2, 'cluster-b');
    expect(second.isReplacement).toBe(true);
    expect(second.body).toBe(original.replace('small', 'up-b'));
    expect(second.headers).toEqual({
      ':path': '/b/v1/chat/completions',
      'x-debug': 'on',
      'x-sluice-content-length': String(second.body?.length),
    });
    expect(second.removed).toEqual(expect.arrayContaining(['x-team', 'x-sluice-credential']));

    const third = await attempt(t.envoy, body.exchange, 3, 'cluster-c');
    expect(third.body).toBe(original);
    expect(third.headers[':path']).toBe('/v1/chat/completions');

    const response = await conversation.responseHeaders(200, { attempts: 3 });
    expect(response.headers).toMatchObject({ 'x-sluice-provider': 'c', 'x-sluice-attempts': 'a/up-a,b/up-b,c/small' });
  });

  it('fails where the request is over, unknown or meant for another cluster', async () => {
    const { conversation, body } = await ask(t.envoy, original);
    (await attempt(t.envoy, body.exchange, 2, 'cluster-a')).rejects(500, 'internal');
    (await attempt(t.envoy, body.exchange, 4, 'cluster-a')).fails();
    (await attempt(t.envoy, '', 2, 'cluster-b')).fails();
    (await attempt(t.envoy, '0.1', 2, 'cluster-b')).fails();
    (await attempt(t.envoy, '7.1', 2, 'cluster-b')).fails();
    await conversation.end();
    (await attempt(t.envoy, body.exchange, 2, 'cluster-b')).fails();
    expect(await t.metric('sluice_later_attempts_total{outcome="unknown"}')).toBe(5);
  });

  it('of a target that keeps failing is avoided by moving it to the end', async () => {
    const flaky = async () => (await ask(t.envoy, { model: 'flaky' })).conversation;
    for (let i = 0; i < 2; i++) {
      const conversation = await flaky();
      await conversation.responseHeaders(200, { attempts: 2 });
      await conversation.end();
    }
    const { body } = await ask(t.envoy, { model: 'flaky' });
    expect(body.chain).toEqual(['cluster-b', 'cluster-a']);
    expect(body.json).toEqual({ model: 'flaky-b' });
    // The only one left is tried all the same.
    expect((await ask(t.envoy, { model: 'a/flaky' })).body.chain).toEqual(['cluster-a']);
  });
});

describe('two processes beside one Envoy', () => {
  it('lead an attempt to the one that holds its request', async () => {
    await using first = await startTestProcessor({ program, args: ['--index', '0'] });
    const address = first.processor.address as { host: string; port: number };
    await using second = await startTestProcessor({
      program,
      args: ['--index', '1', '--peer', `0=${address.host}:${address.port}`],
    });
    const { body } = await ask(first.envoy, original);
    const relayed = await attempt(second.envoy, body.exchange, 2, 'cluster-b');
    expect(relayed.body).toBe(original.replace('small', 'up-b'));
    expect(await second.metric('sluice_later_attempts_total{outcome="relayed"}')).toBe(1);
    expect(await first.metric('sluice_later_attempts_total{outcome="prepared"}')).toBe(1);
  });

  it('fail an attempt whose process is gone', async () => {
    const first = await startTestProcessor({ program, args: ['--index', '0'] });
    const address = first.processor.address as { host: string; port: number };
    await using second = await startTestProcessor({
      program,
      args: ['--index', '1', '--peer', `0=${address.host}:${address.port}`],
    });
    const { body } = await ask(first.envoy, original);
    await first[Symbol.asyncDispose]();
    (await attempt(second.envoy, body.exchange, 2, 'cluster-b')).fails();
  });

  it('do not pass to and fro what neither knows', async () => {
    await using lone = await startTestProcessor({ program, args: ['--index', '1'] });
    const address = lone.processor.address as { host: string; port: number };
    // By a mistake of the operator, what it takes for process 0 is process 1, which would have to ask further.
    await using confused = await startTestProcessor({
      program,
      args: ['--index', '2', '--peer', `0=${address.host}:${address.port}`],
    });
    const envoy = scriptedEnvoy(confused.processor.address);
    (await attempt(envoy, '0.5', 2, 'cluster-b')).fails();
    envoy.close();
    expect(await lone.metric('sluice_later_attempts_total{outcome="unknown"}')).toBe(1);
  });
});
