import { describe, expect, it } from 'vitest';
import { dialectOfPath, identifyApi, unservedPath, withoutQuery } from './api.ts';

describe('identifyApi()', () => {
  it.each([
    ['/v1/chat/completions', 'chat.completions', 'openai', '/chat/completions'],
    ['/v1/completions', 'completions', 'openai', '/completions'],
    ['/v1/embeddings', 'embeddings', 'openai', '/embeddings'],
    ['/v1/responses', 'responses', 'openai', '/responses'],
    ['/v1/responses/input_tokens', 'responses.input_tokens', 'openai', '/responses/input_tokens'],
    ['/v1/images/generations', 'images.generations', 'openai', '/images/generations'],
    ['/v1/messages', 'messages', 'anthropic', '/messages'],
    ['/anthropic/v1/messages', 'messages', 'anthropic', '/messages'],
    ['/v1/messages/count_tokens', 'messages.count_tokens', 'anthropic', '/messages/count_tokens'],
    ['/anthropic/v1/messages/count_tokens', 'messages.count_tokens', 'anthropic', '/messages/count_tokens'],
  ])('POST %s is %s, whatever the query says', (path, name, dialect, upstreamPath) => {
    const expected = { kind: 'model', name, dialect, upstreamPath };
    expect(identifyApi('POST', path)).toMatchObject(expected);
    expect(identifyApi('POST', `${path}?beta=true&x=/v1/models`)).toMatchObject(expected);
    expect(identifyApi('GET', path)).toEqual({ kind: 'wrong method', dialect, allow: ['POST'] });
  });

  it.each([
    ['/v1/models', 'openai', undefined],
    ['/v1/models?limit=2', 'openai', undefined],
    ['/anthropic/v1/models', 'anthropic', undefined],
    ['/v1/models/gpt-4o', 'openai', 'gpt-4o'],
    ['/v1/models/openai/gpt-4o?x=1', 'openai', 'openai/gpt-4o'],
    ['/v1/models/openai%2Fgpt-4o', 'openai', 'openai/gpt-4o'],
    ['/v1/models/ft:gpt-4o%3Aacme', 'openai', 'ft:gpt-4o:acme'],
    ['/v1/models/mod%C3%A8le', 'openai', 'modèle'],
    ['/anthropic/v1/models/claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5'],
  ])('GET %s asks for models in the dialect %s', (path, dialect, id) => {
    expect(identifyApi('GET', path)).toEqual({ kind: 'models', dialect, id });
    expect(identifyApi('HEAD', path)).toEqual({ kind: 'models', dialect, id });
    expect(identifyApi('DELETE', path)).toEqual({ kind: 'wrong method', dialect, allow: ['GET', 'HEAD'] });
  });

  it.each([
    ['/v1/audio/speech', 'openai'],
    ['/v1/responses/resp_1/cancel?x=1', 'openai'],
    ['/v1/messages/batches', 'anthropic'],
    ['/v1/Chat/completions', 'openai'],
    ['/v1/chat/completionsx', 'openai'],
    ['/v1/files/a..b', 'openai'],
  ])('%s is unknown and may be passed through', (path, dialect) => {
    expect(identifyApi('POST', path)).toEqual({ kind: 'unknown', dialect });
  });

  it.each([
    '',
    '/',
    '*',
    '/v1',
    '/v1/',
    '/v2/chat/completions',
    '/V1/chat/completions',
    '/v1/chat/completions/',
    '/v1/models/',
    '/anthropic/v1',
    '/anthropic//v1/messages',
    '/v1//chat/completions',
    '//v1/chat/completions',
    '/v1/./chat/completions',
    '/v1/x/../chat/completions',
    '/v1/..',
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/.%2E/admin',
    '/v1/..%2fadmin',
    '/v1/%252e%252e/admin',
    '/v1/x%5c..%5cadmin',
    '/v1/x\\..\\admin',
    '/v1/chat%2Fcompletions',
    '/v1/%63hat/completions',
    '/v1/chat/completions\u0000',
    '/v1/chat/completions\n',
    '/v1/chat completions',
    '/v1/chat/completions#x',
    '/v1/chat/completions;x/..',
    '/v1/%zz',
    '/v1/é',
    'http://host/v1/chat/completions',
    'http://host/v1/models',
    '/http://host/v1/chat/completions',
  ])('%j is none of them, whatever it resembles', (path) => {
    for (const method of ['GET', 'POST']) expect(identifyApi(method, path)).toMatchObject({ kind: 'none' });
  });

  it('takes no broken percent code for a model', () => {
    expect(identifyApi('GET', '/v1/models/%ff')).toEqual({ kind: 'none', dialect: 'openai' });
  });
});

describe('dialectOfPath()', () => {
  it.each([
    ['/v1/messages', 'anthropic'],
    ['/v1/messages?x', 'anthropic'],
    ['/v1/messages/nonsense', 'anthropic'],
    ['/anthropic/nonsense', 'anthropic'],
    ['/v1/messagesx', 'openai'],
    ['/anthropics', 'openai'],
    ['/nonsense?/anthropic/', 'openai'],
    ['/v1/models', 'openai'],
  ])('%s, known or not, is answered in the shape of %s', (path, dialect) => {
    expect(dialectOfPath(path)).toBe(dialect);
  });
});

describe('unservedPath()', () => {
  it.each([
    ['/chat/completions', '/v1/chat/completions'],
    ['/v1/v1/chat/completions', '/v1/chat/completions'],
    ['/v1/chat/completions/', '/v1/chat/completions'],
    ['/api/v1/messages?beta=true', '/v1/messages'],
    ['/openai/deployments/gpt/embeddings?api-version=1', '/v1/embeddings'],
    ['/responses/input_tokens', '/v1/responses/input_tokens'],
    ['/models', '/v1/models'],
  ])('takes %s for %s', (target, servedAt) => {
    expect(unservedPath(target)).toEqual({ path: withoutQuery(target), servedAt });
  });

  it.each(['/', '/v1/audio/speech', '/v1/threads/t/messages', '/v1/chat/completions/c/messages', '/mymodels'])(
    'takes %s for none',
    (path) => {
      expect(unservedPath(path)).toEqual({ path });
    },
  );
});

describe('withoutQuery()', () => {
  it('cuts at the first question mark', () => {
    expect(withoutQuery('/v1/messages?beta=true&a=?')).toBe('/v1/messages');
    expect(withoutQuery('/v1/messages')).toBe('/v1/messages');
  });
});
