import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../lib/hash.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf } from '../../testing/exchange-of.ts';
import { type HeaderLines, requestHeadersMessage } from '../../testing/message.ts';
import { verdict } from '../../verdict.ts';
import { authenticate } from './index.ts';

const program = programOf({
  keys: [
    { name: 'one', secret: 'sk-one' },
    { name: 'two', secret: 'sk-two' },
    { name: 'off', secret: 'sk-off', isEnabled: false },
    { name: 'old', secret: 'sk-old', expiresAtMs: 1_000n },
    { name: 'longest', secret: 'x'.repeat(1_024) },
    { name: 'longer', secret: 'x'.repeat(1_025) },
    { name: 'bytes', sha256: Buffer.from(sha256Hex(Buffer.from('sk-öl', 'utf8')), 'hex') },
  ],
});

function decide(headers: HeaderLines, now = 999) {
  const exchange = exchangeOf(program);
  const decision = authenticate({ now: () => now }).requestHeaders?.(exchange, requestHeadersMessage(headers));
  return { decision, exchange, code: exchange.rejection?.code, key: exchange.key?.name };
}

describe('authenticate', () => {
  it.each([
    [{ authorization: 'Bearer sk-one' }],
    [{ authorization: 'bearer  sk-one ' }],
    [{ 'x-api-key': 'sk-one' }],
    [{ 'api-key': 'sk-one' }],
    [{ authorization: 'Bearer sk-one', 'x-api-key': 'sk-one', 'api-key': 'sk-one' }],
  ])('finds the key of %j', (headers) => {
    expect(decide(headers)).toMatchObject({ decision: verdict.proceed, key: 'one' });
  });

  it.each<[HeaderLines, string]>([
    [{}, 'missing_key'],
    [{ authorization: 'Bearer sk-none' }, 'invalid_key'],
    [{ authorization: 'Bearer' }, 'invalid_key'],
    [{ authorization: 'sk-one' }, 'invalid_key'],
    [{ authorization: 'Basic c2stb25l' }, 'invalid_key'],
    [{ authorization: 'Basic c2stb25l', 'x-api-key': 'sk-one' }, 'invalid_key'],
    [{ 'x-api-key': '' }, 'invalid_key'],
    [{ 'x-api-key': 'x'.repeat(5_000) }, 'invalid_key'],
    [{ authorization: 'Bearer sk-one', 'x-api-key': 'sk-two' }, 'invalid_key'],
    [{ 'x-api-key': 'sk-one', 'api-key': 'sk-two' }, 'invalid_key'],
    [{ authorization: ['Bearer sk-one', 'Bearer sk-two'] }, 'invalid_key'],
    [{ 'x-api-key': ['sk-one', 'sk-one'] }, 'invalid_key'],
    [{ 'x-api-key': 'sk-off' }, 'key_disabled'],
  ])('refuses %j with %s', (headers, code) => {
    expect(decide(headers)).toMatchObject({ decision: verdict.answered, code });
  });

  it('lets callers without a key in as the one that the policy names, and nobody with a wrong one', () => {
    const open = programOf({
      keys: [{ name: 'one', secret: 'sk-one' }],
      settings: { anonymousKey: Buffer.from(sha256Hex('sk-one'), 'hex') },
    });
    const ask = (headers: HeaderLines) => {
      const exchange = exchangeOf(open);
      authenticate({ now: () => 0 }).requestHeaders?.(exchange, requestHeadersMessage(headers));
      return exchange.key?.name ?? exchange.rejection?.code;
    };
    expect(ask({})).toBe('one');
    expect(ask({ 'x-api-key': 'sk-none' })).toBe('invalid_key');
  });

  it('refuses callers without a key where the named one is gone', () => {
    const gone = programOf({ keys: [], settings: { anonymousKey: Buffer.from(sha256Hex('sk-one'), 'hex') } });
    const exchange = exchangeOf(gone);
    authenticate({ now: () => 0 }).requestHeaders?.(exchange, requestHeadersMessage({}));
    expect(exchange.rejection?.code).toBe('missing_key');
  });

  it('refuses a key from the moment on when it expires', () => {
    expect(decide({ 'x-api-key': 'sk-old' }, 999).code).toBeUndefined();
    expect(decide({ 'x-api-key': 'sk-old' }, 1_000).code).toBe('key_expired');
  });

  it('does not even hash what is longer than any key', () => {
    expect(decide({ 'x-api-key': 'x'.repeat(1_024) }).key).toBe('longest');
    expect(decide({ 'x-api-key': 'x'.repeat(1_025) }).code).toBe('invalid_key');
  });

  it('hashes the bytes of a secret outside ASCII as they came', () => {
    const sent = Buffer.from('sk-öl', 'utf8').toString('latin1');
    expect(decide({ 'x-api-key': sent }).key).toBe('bytes');
  });
});
