import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseExchangeId, Registry } from './registry.ts';
import { exchangeOf } from './testing/exchange-of.ts';

describe('Exchange', () => {
  it('keeps one shape over its whole life, and the handling of a message makes no promise', async () => {
    const script = fileURLToPath(new URL('./testing/hot-path.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--allow-natives-syntax', script]);
    // The controls show that a promise or another shape would have been seen.
    expect(JSON.parse(stdout)).toEqual({
      exchanges: 200,
      promises: 0,
      promiseControl: 1,
      isOneShape: true,
      shapeControl: false,
    });
  });

  it('copies a body that is a small part of a large buffer, and no other', () => {
    const pool = Buffer.alloc(65_536, 1);
    const exchange = exchangeOf({}, { body: pool.subarray(100, 200) });
    exchange.keepBody();
    expect(exchange.body).toEqual(Buffer.alloc(100, 1));
    expect(exchange.body.buffer).not.toBe(pool.buffer);
    const large = pool.subarray(0, 60_000);
    exchange.body = large;
    exchange.keepBody();
    expect(exchange.body).toBe(large);
  });
});

describe('Registry', () => {
  it('finds what was added until it is removed', () => {
    const registry = new Registry(3);
    const exchange = exchangeOf({});
    registry.add(exchange);
    expect(registry.find(exchange.number)).toBe(exchange);
    expect(parseExchangeId(registry.idOf(exchange))).toEqual({ process: 3, number: exchange.number });
    registry.remove(exchange);
    expect(registry.find(exchange.number)).toBeUndefined();
  });

  it('does not count where another life of the process did', () => {
    const numbers = new Set(Array.from({ length: 50 }, () => new Registry(0).nextNumber()));
    expect(numbers.size).toBe(50);
  });

  it.each(['', '1', '1.', '.1', '1.2.3', '-1.2', '1.2e3', 'a.b', '1. 2', '1234567.1', '1.12345678901234567'])(
    'does not take %j for an id',
    (text) => expect(parseExchangeId(text)).toBeUndefined(),
  );
});
