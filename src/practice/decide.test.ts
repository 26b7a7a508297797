import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiByPath } from './api/catalogue.ts';
import { type Practice, startPractice } from './start.ts';
import { ask, chat, message, type Seen } from './testing/client.ts';

let practice: Practice;

beforeAll(async () => {
  practice = await startPractice({
    expectedKeys: ['sk-right'],
    expectedKeysByAccount: { own: ['sk-own'] },
    models: ['known'],
  });
});
afterAll(() => practice.close());

const bearer = { authorization: 'Bearer sk-right' };
const key = { 'x-api-key': 'sk-right', 'anthropic-version': '2023-06-01' };
const openai = (headers: Record<string, string> = bearer) => ({ ...chat('known'), headers });
const anthropic = (headers: Record<string, string> = key) => ({ ...message('known'), headers });
const errorOf = (seen: Seen) => ({ status: seen.status, ...JSON.parse(seen.text).error });

describe('The practice provider, strict like the real ones,', () => {
  it('answers what is right', async () => {
    expect((await ask(practice.url, openai())).status).toBe(200);
    expect((await ask(practice.url, anthropic())).status).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['a wrong key', { authorization: 'Bearer sk-wrong' }],
    ['the header of the other dialect', { 'x-api-key': 'sk-right' }],
    ['another scheme', { authorization: 'Basic sk-right' }],
  ])('refuses an OpenAI request with %s as its credential', async (_name, headers) => {
    const seen = await ask(practice.url, openai(headers));
    expect(errorOf(seen)).toMatchObject({ status: 401, type: 'invalid_request_error', param: null });
    expect(seen.text).not.toContain('sk-');
  });

  it.each([
    ['nothing', {}],
    ['a wrong key', { 'x-api-key': 'sk-wrong' }],
    ['the header of the other dialect', bearer],
  ])('refuses an Anthropic request with %s as its credential', async (_name, headers) => {
    const seen = await ask(practice.url, anthropic({ 'anthropic-version': '2023-06-01', ...headers }));
    expect(errorOf(seen)).toMatchObject({ status: 401, type: 'authentication_error' });
    expect(JSON.parse(seen.text)).toMatchObject({ type: 'error', request_id: seen.headers['request-id'] });
  });

  it('takes only its own key for an account that has one', async () => {
    const at = (token: string) => ({
      ...openai({ authorization: `Bearer ${token}` }),
      path: '/own/v1/chat/completions',
    });
    expect((await ask(practice.url, at('sk-own'))).status).toBe(200);
    expect((await ask(practice.url, at('sk-right'))).status).toBe(401);
  });

  it('wants anthropic-version', async () => {
    expect(errorOf(await ask(practice.url, anthropic({ 'x-api-key': 'sk-right' })))).toEqual({
      status: 400,
      type: 'invalid_request_error',
      message: 'anthropic-version: header is required',
    });
  });

  it('keeps to the dialect of the path, whatever headers came along', async () => {
    const seen = await ask(practice.url, { ...openai({ 'anthropic-version': '2023-06-01' }) });
    expect(errorOf(seen)).toHaveProperty('param');
  });

  it.each([
    ['a wrong content-type', { headers: { ...bearer, 'content-type': 'text/plain' } }],
    ['invalid JSON', { body: '{"model":' }],
    ['JSON that is no object', { body: '[]' }],
    ['no body', { body: '' }],
  ])('refuses %s', async (_name, change) => {
    expect(errorOf(await ask(practice.url, { ...openai(), ...change }))).toMatchObject({ status: 400 });
  });

  it('knows the configured models and the magic ones', async () => {
    const ask404 = await ask(practice.url, { ...chat('unknown'), headers: bearer });
    expect(errorOf(ask404)).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect(errorOf(await ask(practice.url, { ...message('unknown'), headers: key }))).toEqual({
      status: 404,
      type: 'not_found_error',
      message: 'model: unknown',
    });
    expect((await ask(practice.url, { ...chat('fail-503'), headers: bearer })).status).toBe(503);
    const list = await ask(practice.url, { path: '/v1/models', method: 'GET', headers: bearer });
    const ids = JSON.parse(list.text).data.map((model: { id: string }) => model.id);
    expect(ids[0]).toBe('known');
    expect(ids).toContain('never-answer');
  });

  it.each([...apiByPath.values()])('wants the fields of $path', async ({ path, dialect }) => {
    const headers = dialect === 'openai' ? bearer : key;
    const seen = await ask(practice.url, { path, headers, body: { model: 'known' } });
    expect(errorOf(seen)).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it.each([
    ['chat without a model', '/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] }, 'model'],
    ['chat without messages', '/v1/chat/completions', { model: 'known', messages: [] }, 'messages'],
    ['an unknown role', '/v1/chat/completions', { model: 'known', messages: [{ role: 'boss' }] }, 'messages'],
    ['several choices', '/v1/chat/completions', { model: 'known', messages: [{ role: 'user' }], n: 2 }, 'n'],
    ['a limit of nothing', '/v1/responses', { model: 'known', input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
    ['an empty input', '/v1/embeddings', { model: 'known', input: '' }, 'input'],
    ['impossible dimensions', '/v1/embeddings', { model: 'known', input: 'x', dimensions: 0 }, 'dimensions'],
    ['a model that is no text', '/v1/completions', { model: 5, prompt: 'x' }, 'model'],
  ])('names the field that is to blame: %s', async (_name, path, body, param) => {
    expect(errorOf(await ask(practice.url, { path, headers: bearer, body }))).toMatchObject({ status: 400, param });
  });

  it.each([
    ['no max_tokens', { model: 'known', messages: [{ role: 'user', content: 'x' }] }, 'max_tokens: Field required'],
    ['no messages', { model: 'known', max_tokens: 5 }, 'messages: Field required'],
    ['a system role', { model: 'known', max_tokens: 5, messages: [{ role: 'system' }] }, 'messages: a list'],
  ])('refuses an Anthropic message with %s', async (_name, body, text) => {
    const error = errorOf(await ask(practice.url, { path: '/v1/messages', headers: key, body }));
    expect(error).toEqual({ status: 400, type: 'invalid_request_error', message: expect.stringContaining(text) });
  });

  it.each([
    ['POST', '/v1/unknown', 404],
    ['POST', '/nothing', 404],
    ['POST', '/a/b/v1/chat/completions', 404],
    ['GET', '/v1/chat/completions', 405],
    ['POST', '/v1/models', 405],
    ['GET', '/v1/models/unknown', 404],
  ])('does not serve %s %s', async (method, path, status) => {
    expect(errorOf(await ask(practice.url, { method, path, headers: bearer, body: '' }))).toMatchObject({ status });
  });
});
