import { describe, expect, it } from 'vitest';
import type { ResponseListener } from '../../between-stages/response-listener.ts';
import { sent } from '../../testing/fake-stream.ts';
import { bodySendMode } from '../../wire/mode.ts';
import { ear } from './testing/ear.ts';
import { exchange, readable } from './testing/read-exchange.ts';
import { blocking, later, shouting, windowed } from './testing/response-texts.ts';
import { delta, done, events, usage } from './testing/responses.ts';

/** A busy machine takes its time. */
const patience = { timeout: 20_000 };

describe('a stream', () => {
  const whole = delta('one') + delta(' two') + done;

  it.each([1, 3, 1_000])('goes out with other texts, in pieces of %i bytes', (size) => {
    const { stream, handler, mode } = exchange({ texts: shouting }, events);
    expect(mode).toBe(bodySendMode.fullDuplexStreamed);
    for (let at = 0; at < whole.length; at += size) handler.message(sent.responseBody(whole.slice(at, at + size)));
    handler.message(sent.responseBody('', true));
    expect(readable(stream, [])).toBe(delta('ONE') + delta(' TWO') + done);
  });

  it('ends with an error of its API where a text is blocked', () => {
    const { stream, handler } = exchange({ texts: blocking }, events);
    handler.message(sent.responseBody(delta('good') + delta('bad') + delta('more')));
    handler.message(sent.responseBody(done, true));
    const [first, error, last, rest] = readable(stream, []).split('\n\n');
    expect(`${first}\n\n`).toBe(delta('good'));
    expect(JSON.parse(error?.slice(6) ?? '').error).toMatchObject({ type: 'guardrail_violation', request_id: 'r-1' });
    expect([last, rest]).toEqual(['data: [DONE]', '']);
    expect(stream.ended).toBe('ok');
  });

  it('ends with an error where it cannot be read', () => {
    const { stream, handler } = exchange({ texts: shouting }, events);
    handler.message(sent.responseBody('data: {"cut\n\n'));
    expect(readable(stream, [])).toContain('response_unreadable');
    expect(readable(stream, [])).not.toContain('cut"');
  });

  it('is not let through compressed where it must be checked', () => {
    expect(exchange({ texts: shouting }, { ...events, 'content-encoding': 'gzip' }).stream.kinds.at(-1)).toBe('502');
  });

  it.each([
    ['at once', shouting],
    ['later', later(shouting)],
  ])('is held until its end where a rule wants all of it, and decided %s', async (_, texts) => {
    const { listener, values } = ear();
    const { stream, handler } = exchange({ texts: { ...texts, isWhole: true }, listener, hidesUsage: true }, events);
    for (const piece of [delta('one'), delta(' two'), usage]) handler.message(sent.responseBody(piece));
    expect(stream.kinds).toEqual(['requestHeaders', 'responseHeaders']);
    handler.message(sent.responseBody(done, true));
    await expect.poll(() => readable(stream, []), patience).toBe(delta('ONE TWO') + delta('') + done);
    expect(values).toContainEqual({ choices: [], usage: { total_tokens: 3 } });
  });

  it('that is held and then blocked shows nothing of itself', async () => {
    const { stream, handler } = exchange({ texts: { ...later(blocking), isWhole: true } }, events);
    handler.message(sent.responseBody(delta('good') + delta('bad') + done, true));
    await expect.poll(() => readable(stream, []), patience).toContain('guardrail_violation');
    expect(readable(stream, [])).not.toMatch(/good|bad/);
  });

  it.each([1, 40, 1_000])(
    'passes window by window where somebody is asked about each, in pieces of %i bytes',
    async (size) => {
      const { listener, values } = ear();
      const texts = windowed((window) => window.toUpperCase());
      const { stream, handler } = exchange({ texts, listener, hidesUsage: true }, events);
      const given = `${['one ', 'two ', 'three ', 'four ', 'five'].map(delta).join('')}${usage}${done}`;
      for (let at = 0; at < given.length; at += size) handler.message(sent.responseBody(given.slice(at, at + size)));
      handler.message(sent.responseBody('', true));
      await expect.poll(() => stream.ended, patience).toBe('ok');
      const texted = [...readable(stream, []).matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join('');
      expect(texted).toBe('ONE TWO THREE FOUR FIVE');
      expect(readable(stream, [])).not.toContain('usage');
      expect(values).toContainEqual({ choices: [], usage: { total_tokens: 3 } });
    },
  );

  it('ends in the window that is refused', async () => {
    const texts = windowed((window) => (window.includes('bad') ? undefined : window));
    const { stream, handler } = exchange({ texts }, events);
    const given = ['good words', ' and then ', 'a bad one ', 'and more of it'].map(delta).join('') + done;
    handler.message(sent.responseBody(given));
    handler.message(sent.responseBody('', true));
    await expect.poll(() => readable(stream, []), patience).toContain('guardrail_violation');
    expect(readable(stream, [])).not.toContain('bad');
  });

  it('passes as it comes where it is only listened to', () => {
    const { listener, values, counted } = ear();
    const { stream, handler, mode } = exchange({ listener }, events);
    expect(mode).toBe(bodySendMode.streamed);
    const pieces = [delta('one'), usage, done, ''];
    pieces.forEach((piece, at) => {
      handler.message(sent.responseBody(piece, at === 3));
    });
    expect(readable(stream, pieces)).toBe(pieces.join(''));
    expect(values).toContainEqual({ choices: [], usage: { total_tokens: 3 } });
    expect(counted()).toBe(pieces.join('').length);
  });

  it.each([false, true])('tells of its first token, once; changed by the way: %s', (hidesUsage) => {
    let tokens = 0;
    const listener: ResponseListener = { ...ear().listener, firstToken: () => void tokens++ };
    const { handler } = exchange({ listener, hidesUsage }, events);
    handler.message(
      sent.responseBody(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: 'assistant' } }] })}\n\n`),
    );
    expect(tokens).toBe(0);
    for (const piece of [delta('one').slice(0, 9), delta('one').slice(9) + delta('two'), delta('three')]) {
      handler.message(sent.responseBody(piece));
    }
    expect(tokens).toBe(1);
  });

  it('hides usage that the caller did not ask for', () => {
    const { listener, values } = ear();
    const { stream, handler } = exchange({ listener, hidesUsage: true }, events);
    handler.message(sent.responseBody(delta('one') + usage + done, true));
    expect(readable(stream, [])).toBe(delta('one') + done);
    expect(values).toHaveLength(2);
  });

  it('ends where whoever listens has heard enough', () => {
    const stop: ResponseListener['stop'] = () => ({ code: 'budget_exceeded', params: { limit: 'month' } });
    const { stream, handler } = exchange({ listener: { ...ear().listener, stop }, mayEndStream: true }, events);
    handler.message(sent.responseBody(delta('one')));
    expect(readable(stream, [])).toContain(delta('one'));
    expect(readable(stream, [])).toContain('budget_exceeded');
  });

  it.each([
    ['is changed', shouting, delta('SOME WORDS')],
    ['is held', { ...shouting, isWhole: true }, ''],
    ['is asked about, window by window', windowed((window) => window.toUpperCase()), delta('SOME WORDS')],
  ])('ends with an error where its provider falls silent while it %s', async (_, texts, before) => {
    const { stream, handler } = exchange({ texts, idleTimeoutMs: 60 }, events);
    handler.message(sent.responseBody(delta('some words')));
    await expect.poll(() => stream.ended, patience).toBe('ok');
    const text = readable(stream, []);
    expect(text.startsWith(before)).toBe(true);
    expect(text).toContain('"code":"provider_silent"');
    expect(text.endsWith(done)).toBe(true);
  });
});
