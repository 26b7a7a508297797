import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic, type ProgramInit } from '../../src/program/testing/program-of.ts';
import { ask, chatHeaders, startTestProcessor, type TestProcessor } from '../support/test-processor.ts';

const program: ProgramInit = {
  providers: [
    { name: 'openai', basePath: '/v1', passthroughPaths: ['/v1/files*'] },
    {
      name: 'azure',
      basePath: '/openai/v1',
      setHeaders: [{ name: 'x-team', value: 'ai' }],
      setBody: [{ name: 'store', json: 'false' }],
    },
    { name: 'claude', basePath: '/v1', dialect: anthropic },
  ],
  models: [{ name: 'small', aliases: ['mini'] }, { name: 'opus' }, { name: 'hidden', isListed: false }],
  routes: [
    {
      id: 'model/small',
      models: ['small'],
      profile: 'retry-small',
      targets: [
        { provider: 'openai', model: 'gpt-4o-mini' },
        { provider: 'azure', model: 'deployment', priority: 1 },
      ],
    },
    { id: 'model/opus', models: ['opus'], targets: [{ provider: 'claude', model: 'claude-opus' }] },
    { id: 'key/own/0', key: 'own', models: [], targets: [{ provider: 'azure' }] },
  ],
  keys: [
    { name: 'k', user: 'ana@example.com', team: 'payments', project: 'checkout' },
    { name: 'own', credentials: [{ provider: 'azure', header: 'authorization', value: Buffer.from('Bearer mine') }] },
    { name: 'narrow', allowModels: ['opus'] },
  ],
};

let t: TestProcessor;
beforeAll(async () => {
  t = await startTestProcessor({ program });
});
afterAll(() => t[Symbol.asyncDispose]());

describe('a chat request', () => {
  it('leaves for the first target, with the whole chain for Envoy', async () => {
    const { conversation, headers, body } = await ask(t.envoy, '{"model": "small", "stream":true}', {
      ':path': '/v1/chat/completions?trace=1',
    });
    headers.continues();
    expect(headers.log).toEqual({
      key: 'k',
      user: 'ana@example.com',
      team: 'payments',
      project: 'checkout',
      api: 'chat.completions',
    });
    expect(body.chain).toEqual(['cluster-openai', 'cluster-azure']);
    expect(body.clearsRoute).toBe(true);
    expect(body.body).toBe('{"model": "gpt-4o-mini", "stream":true}');
    expect(body.headers).toEqual({
      'x-sluice-profile': 'retry-small',
      'x-envoy-max-retries': '1',
      'content-length': String(body.body?.length),
    });
    expect(body.removed).toEqual(['authorization']);
    expect(body.log).toEqual({ model: 'small', targets: 'openai/gpt-4o-mini,azure/deployment', stream: true });

    const response = await conversation.responseHeaders(200);
    expect(response.headers).toEqual({
      'x-sluice-provider': 'openai',
      'x-sluice-model': 'small',
      'x-sluice-attempts': 'openai/gpt-4o-mini',
    });
    expect(response.message?.modeOverride).toBeUndefined();
    expect(await conversation.end()).toBe('0');
  });

  it('is understood by an alias, and by provider and model', async () => {
    expect((await ask(t.envoy, { model: 'mini' })).body.chain).toHaveLength(2);
    const { body } = await ask(t.envoy, { model: 'azure/small' });
    expect(body.chain).toEqual(['cluster-azure']);
    expect(body.json).toEqual({ model: 'deployment', store: false });
    expect(body.headers).toMatchObject({ ':path': '/openai/v1/chat/completions', 'x-team': 'ai' });
    expect(body.exchange).toBeUndefined();
  });

  it("takes the key's own chain and credential, and leaves the caller's name for the model", async () => {
    const { body } = await ask(t.envoy, { model: 'mini' }, { authorization: 'Bearer sk-own' });
    expect(body.chain).toEqual(['cluster-azure']);
    expect(body.json).toEqual({ model: 'mini', store: false });
    expect(body.headers['x-sluice-credential']).toBe('Bearer mine');
  });

  it('speaks to Anthropic clients and providers in their own dialect', async () => {
    const { conversation, body } = await ask(t.envoy, { model: 'opus', max_tokens: 9 }, { ':path': '/v1/messages' });
    expect(body.chain).toEqual(['cluster-claude']);
    expect(body.json).toEqual({ model: 'claude-opus', max_tokens: 9 });
    const failed = await conversation.responseHeaders(503, { details: 'no_healthy_upstream' });
    expect(failed.rejects(502, 'api_error').json).toMatchObject({ type: 'error', request_id: 'r-1' });
  });

  it('is counted', async () => {
    const before = await t.metric('sluice_requests_total{api="chat.completions",status_class="2xx"}');
    const kept = await t.metric('sluice_exchanges_kept');
    const { conversation } = await ask(t.envoy, { model: 'small' });
    await conversation.responseHeaders(200, { attempts: 2 });
    await conversation.end();
    expect(await t.metric('sluice_requests_total{api="chat.completions",status_class="2xx"}')).toBe(before + 1);
    expect(await t.metric('sluice_fallbacks_total')).toBeGreaterThan(0);
    expect(await t.metric('sluice_attempts_total{provider="azure",outcome="answered"}')).toBeGreaterThan(0);
    expect(await t.metric('sluice_exchanges_kept')).toBe(kept);
  });

  it('that the client gives up is over, and nothing of it is kept', async () => {
    const kept = await t.metric('sluice_exchanges_kept');
    const open = await t.metric('sluice_exchanges_open');
    const { conversation } = await ask(t.envoy, { model: 'small' });
    expect(await t.metric('sluice_exchanges_kept')).toBe(kept + 1);
    expect(await t.metric('sluice_exchanges_open')).toBe(open + 1);
    expect(await conversation.end()).toBe('0');
    expect(await t.metric('sluice_exchanges_kept')).toBe(kept);
    expect(await t.metric('sluice_exchanges_open')).toBe(open);
    expect(await t.metric('sluice_exchanges_ended_total{how="reset"}')).toBeGreaterThan(0);
  });
});

describe('a question for models', () => {
  const get = (path: string, headers = {}) =>
    t.envoy.request().requestHeaders({ ...chatHeaders, ':method': 'GET', ':path': path, ...headers }, { end: true });

  it('is answered by the gateway, as the key may see them', async () => {
    const list = await get('/v1/models');
    expect(list.immediate?.status?.code).toBe(200);
    expect(list.headers).toEqual({ 'content-type': 'application/json', 'x-request-id': 'r-1' });
    const ids = (json: unknown) => (json as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(ids(list.json)).toEqual(['opus', 'small']);
    expect(ids((await get('/v1/models', { authorization: 'Bearer sk-narrow' })).json)).toEqual(['opus']);
    expect((await get('/v1/models/mini')).json).toMatchObject({ id: 'small' });
    (await get('/v1/models/nothing')).rejects(404, 'model_not_found');
  });

  it('needs a key', async () => {
    (await get('/v1/models', { authorization: '' })).rejects(401, 'invalid_api_key');
  });
});

describe('what is passed through', () => {
  it('leaves as it came, for the one provider that it is opened for', async () => {
    const conversation = t.envoy.request();
    const first = await conversation.requestHeaders({
      ...chatHeaders,
      ':path': '/v1/files?purpose=batch',
      'content-type': 'multipart/form-data; boundary=x',
    });
    first.continues();
    const body = await conversation.requestBody('--x\r\nany bytes');
    expect(body.chain).toEqual(['cluster-openai']);
    expect(body.body).toBeUndefined();
    expect(body.headers).toEqual({ 'x-sluice-profile': 'retry-default' });
    expect(body.removed).toEqual(['authorization']);
    const response = await conversation.responseHeaders(404, { headers: { 'content-type': 'text/plain' } });
    expect(response.headers).toEqual({
      'x-sluice-provider': 'openai',
      'x-sluice-attempts': 'openai',
    });
  });

  it('may have no body', async () => {
    const reply = await t.envoy
      .request()
      .requestHeaders({ ...chatHeaders, ':method': 'GET', ':path': '/v1/files/f-1' }, { end: true });
    expect(reply.chain).toEqual(['cluster-openai']);
    expect(reply.log).toMatchObject({ key: 'k', api: 'passthrough' });
  });
});
