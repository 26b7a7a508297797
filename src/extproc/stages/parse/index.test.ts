import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { verdict } from '../../verdict.ts';
import { parse } from './index.ts';

const small = { settings: { maxBodyBytes: 64n } };

function parsed(body: string, fields = {}) {
  const exchange = exchangeOf(small, { body: Buffer.from(body), ...fields });
  return { decision: parse.request?.(exchange), exchange };
}

describe('parse', () => {
  it('puts the body and its members on the exchange', () => {
    const { decision, exchange } = parsed('{"model":"small","stream":true}');
    expect(decision).toBe(verdict.proceed);
    expect(exchange.json).toEqual({ model: 'small', stream: true });
    expect(exchange.members.map(({ name }) => name)).toEqual(['model', 'stream']);
    expect(exchange.isStream).toBe(true);
  });

  it.each(['{"stream":"true"}', '{"stream":1}', '{}'])('takes %s for no stream', (body) => {
    expect(parsed(body).exchange.isStream).toBe(false);
  });

  it.each([
    ['', 'it is empty'],
    ['[]', 'it is not a JSON object'],
    ['{"a":1', 'it is not valid JSON'],
    ['{"model":"a","mod\\u0065l":"b"}', 'stands twice'],
  ])('refuses %j', (body, reason) => {
    const { decision, exchange } = parsed(body);
    expect(decision).toBe(verdict.answered);
    expect(exchange.rejection).toEqual({
      code: 'malformed_body',
      params: { reason: expect.stringContaining(reason) },
    });
  });

  it('refuses a body over the limit, and one that announces to be over it before it has come', () => {
    const tooLarge = { code: 'body_too_large', params: { limitBytes: 64 } };
    expect(parsed(`{"a":"${'x'.repeat(57)}"}`).exchange.rejection).toEqual(tooLarge);
    expect(parsed(`{"a":"${'x'.repeat(56)}"}`).decision).toBe(verdict.proceed);
    const announced = exchangeOf(small);
    expect(parse.requestHeaders?.(announced, requestHeadersMessage({ 'content-length': '65' }))).toBe(verdict.answered);
    expect(announced.rejection).toEqual(tooLarge);
    expect(parse.requestHeaders?.(exchangeOf(small), requestHeadersMessage({ 'content-length': '64' }))).toBe(
      verdict.proceed,
    );
  });

  it('does not look into what is passed through', () => {
    const { decision, exchange } = parsed('no JSON', { isPassthrough: true });
    expect(decision).toBe(verdict.proceed);
    expect(exchange.json).toBeUndefined();
  });
});
