import { describe, expect, it } from 'vitest';
import { sent } from '../../testing/fake-stream.ts';
import { bodySendMode } from '../../wire/mode.ts';
import { ear } from './testing/ear.ts';
import { exchange, readable } from './testing/read-exchange.ts';
import { shouting } from './testing/response-texts.ts';
import { delta, events, json } from './testing/responses.ts';

describe('a body that nobody asks for', () => {
  it.each([
    ['nobody', {}, json],
    ['a refusal of Envoy or ours', { texts: shouting, status: 429, details: 'sluice_rate_limited' }, json],
    ['a refusal of the provider, where it is only counted', { listener: ear().listener, status: 429 }, json],
    ['a picture', { texts: shouting }, { 'content-type': 'image/png' }],
  ])('passes the processor by: %s', (_, wishes, headers) => {
    expect(exchange(wishes, headers).mode).toBe(bodySendMode.none);
  });
});

describe('a refusal of the provider', () => {
  it.each([
    ['JSON', json, '{"error":{"message":"no x","type":"t"}}', '{"error":{"message":"NO X","type":"t"}}'],
    ['a text', { 'content-type': 'text/plain' }, 'no x', 'NO X'],
    ['events', events, delta('no x'), delta('NO X')],
  ])('is read by the caller, and so by the rules, and nobody counts it: %s', (_, headers, body, expected) => {
    const { listener, values, counted } = ear();
    const wishes = { texts: shouting, listener, status: 400, details: 'via_upstream' };
    const { stream, handler } = exchange(wishes, headers);
    handler.message(sent.responseBody(body, true));
    expect(readable(stream, [body])).toBe(expected);
    expect([values, counted()]).toEqual([[], 0]);
  });
});
