import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../testing/exchange-of.ts';
import { sent } from '../testing/fake-stream.ts';
import { decodeRequest, Incoming } from '../wire/incoming.ts';
import { failedAnswers } from './exchange-trail.ts';

describe('failedAnswers()', () => {
  const message = (failed: string) => {
    const incoming = new Incoming();
    decodeRequest(sent.attempt('0.7', '2', failed), incoming);
    return incoming;
  };

  it.each([
    ['429,503,', [429, 503]],
    ['', []],
    ['what nobody writes', []],
  ])('reads what Envoy has collected: %j', (text, statuses) => {
    const exchange = exchangeOf({ settings: { collectsFailedAnswers: true } });
    expect(failedAnswers(exchange, message(text))).toEqual(statuses);
  });

  it('is undefined where Envoy does not', () => {
    expect(failedAnswers(exchangeOf({}), message(''))).toBeUndefined();
  });
});
