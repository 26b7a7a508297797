import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../testing/exchange-of.ts';
import { type HeaderLines, requestHeadersMessage } from '../../testing/message.ts';
import { verdict } from '../../verdict.ts';
import { callerDialect } from './caller-dialect.ts';
import { identify } from './index.ts';

function decide(method: string, path: string, headers: HeaderLines = { 'content-type': 'application/json' }) {
  const exchange = exchangeOf({}, { method, path, api: undefined });
  const decision = identify.requestHeaders?.(exchange, requestHeadersMessage(headers));
  return { decision, api: exchange.api?.name, listing: exchange.listing, rejection: exchange.rejection };
}

describe('identify', () => {
  it.each([
    ['/v1/chat/completions', 'chat.completions'],
    ['/v1/chat/completions?a=b', 'chat.completions'],
    ['/v1/responses', 'responses'],
    ['/v1/embeddings', 'embeddings'],
    ['/v1/messages', 'messages'],
    ['/anthropic/v1/messages', 'messages'],
  ])('takes POST %s as %s', (path, api) => {
    expect(decide('POST', path)).toMatchObject({ decision: verdict.proceed, api });
  });

  it('leaves what may be passed through to others, and knows a question for models', () => {
    expect(decide('GET', '/v1/files')).toMatchObject({ decision: verdict.proceed, api: undefined, listing: undefined });
    expect(decide('GET', '/v1/models')).toMatchObject({ decision: verdict.proceed, listing: { id: undefined } });
    expect(decide('GET', '/v1/models/openai/gpt')).toMatchObject({ listing: { id: 'openai/gpt' } });
  });

  it.each([
    ['GET', '/v1/chat/completions', 'method_not_allowed', ['POST']],
    ['POST', '/v1/models', 'method_not_allowed', ['GET', 'HEAD']],
    ['POST', '/', 'unknown_path', undefined],
    ['POST', '/v1/../v1/chat/completions', 'unknown_path', undefined],
  ])('refuses %s %s with %s', (method, path, code, allow) => {
    const { rejection } = decide(method, path);
    expect(rejection?.code).toBe(code);
    expect(rejection?.params.allow).toEqual(allow);
  });

  it('leaves the query, which may hold a secret, out of the error', () => {
    expect(decide('GET', '/nothing?key=secret').rejection?.params.path).toBe('/nothing');
  });

  it.each<[HeaderLines, string]>([
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 'it is multipart/form-data'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'it is application/x-www-form-urlencoded'],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'it is encoded as gzip'],
    [{ 'content-type': 'application/jsonlines' }, 'it is application/jsonlines'],
  ])('refuses the media type of %j', (headers, reason) => {
    expect(decide('POST', '/v1/chat/completions', headers).rejection).toEqual({
      code: 'unsupported_media_type',
      params: { reason },
    });
  });

  it.each<HeaderLines>([
    {},
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/vnd.api+json' },
    { 'content-type': 'application/json', 'content-encoding': 'identity' },
  ])('takes the media type of %j', (headers) => {
    expect(decide('POST', '/v1/chat/completions', headers).decision).toBe(verdict.proceed);
  });

  it.each<[HeaderLines, readonly string[]]>([
    [{}, ['content-type', 'application/json']],
    [{ 'content-type': '' }, ['content-type', 'application/json']],
    [{ 'content-type': 'application/json; charset=utf-8' }, []],
  ])('tells providers the type that it takes the body for: %j', (headers, set) => {
    const exchange = exchangeOf({}, { path: '/v1/chat/completions', api: undefined });
    identify.requestHeaders?.(exchange, requestHeadersMessage(headers));
    expect(exchange.answer.setHeaders).toEqual(set);
  });
});

describe('callerDialect()', () => {
  it.each<[string, HeaderLines, string]>([
    ['/v1/messages', {}, 'anthropic'],
    ['/v1/messages?beta=true', {}, 'anthropic'],
    ['/anthropic/v1/models', {}, 'anthropic'],
    ['/v1/models', {}, 'openai'],
    ['/v1/models', { 'anthropic-version': '2023-06-01' }, 'anthropic'],
    ['/v1/chat/completions', { 'anthropic-version': '2023-06-01' }, 'openai'],
    ['/v1/v1/messages', { 'anthropic-version': '2023-06-01' }, 'anthropic'],
    ['/messages', { 'anthropic-version': '2023-06-01' }, 'anthropic'],
    ['/messages', {}, 'openai'],
    ['/v1/messagesX', {}, 'openai'],
  ])('%s with %j is %s', (path, headers, dialect) => {
    expect(callerDialect(path, requestHeadersMessage(headers))).toBe(dialect);
  });
});
