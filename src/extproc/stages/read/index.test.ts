import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import type { ResponseListener } from '../../response-listener.ts';
import type { ResponseText, ResponseTexts } from '../../response-texts.ts';
import { RouterStream } from '../../router-stream.ts';
import type { Stage } from '../../stage.ts';
import { engineWith, FakeStream, sent } from '../../testing/fake-stream.ts';
import { verdict } from '../../verdict.ts';
import { bodySendMode } from '../../wire/mode.ts';
import { read } from './index.ts';

/** A busy machine takes its time. */
const patience = { timeout: 20_000 };

/* The stage together with the engine: what leaves for the caller is what counts. */

interface Wishes {
  readonly api?: string;
  readonly texts?: ResponseTexts;
  readonly listener?: ResponseListener;
  readonly hidesUsage?: boolean;
  readonly mayEndStream?: boolean;
  readonly status?: number;
  /** `%RESPONSE_CODE_DETAILS%` */
  readonly details?: string;
}

function exchange(wishes: Wishes, responseHeaders: Record<string, string>) {
  const before: Stage = {
    name: 'wishes',
    responseHeaders(each) {
      each.api = { name: wishes.api ?? 'chat.completions', dialect: 'openai', upstreamPath: '/x' };
      each.status = wishes.status ?? 200;
      each.responseTexts = wishes.texts;
      each.listener = wishes.listener;
      each.hidesUsage = wishes.hidesUsage ?? false;
      each.mayEndStream = wishes.mayEndStream ?? false;
      return verdict.proceed;
    },
  };
  const stream = new FakeStream();
  const handler = new RouterStream(stream, engineWith([before, read], { programs: { current: programOf({}) } }));
  handler.message(sent.requestHeaders({}, true));
  const attributes = wishes.details === undefined ? {} : { 'response.code_details': wishes.details };
  handler.message(sent.responseHeaders(responseHeaders, attributes));
  return { stream, handler, mode: stream.answers.at(-1)?.modeOverride?.responseBodyMode ?? bodySendMode.none };
}

/** What the caller reads: pieces of a stream, or the body that was put in place of the provider's. */
function readable(stream: FakeStream, original: readonly string[]): string {
  let at = 0;
  let text = '';
  for (const { response } of stream.answers) {
    if (response.case === 'immediateResponse') return Buffer.from(response.value.body).toString();
    if (response.case !== 'responseBody') continue;
    const mutation = response.value.response?.bodyMutation?.mutation;
    const piece = original[at++] ?? '';
    if (mutation?.case === undefined) text += piece;
    else if (mutation.case === 'streamedResponse') text += Buffer.from(mutation.value.body).toString();
    else if (mutation.case === 'body') text += Buffer.from(mutation.value).toString();
  }
  return text;
}

const shout = (text: string) => text.toUpperCase();

/** Windows of ten characters, judged a moment later. */
function windowed(judge: (window: string) => string | undefined): ResponseTexts {
  let rejection: ResponseTexts['rejection'];
  return {
    ...shouting,
    isWindowed: true,
    get rejection() {
      return rejection;
    },
    openWindowed() {
      let [held, readable, hasEnded] = ['', '', false];
      return {
        push(text) {
          held += text;
        },
        end() {
          hasEnded = true;
        },
        judge(done) {
          const window = held.slice(0, 10);
          if (window === '' || (window.length < 10 && !hasEnded)) return false;
          held = held.slice(10);
          setTimeout(() => {
            const judged = judge(window);
            if (judged === undefined) rejection = { code: 'guardrail_violation', params: { rule: 'r' } };
            readable += judged ?? '';
            done(judged !== undefined);
          }, 2);
          return true;
        },
        take() {
          const text = readable;
          readable = '';
          return text;
        },
      };
    },
  };
}

const shouting: ResponseTexts = {
  isEnforcing: true,
  isWhole: false,
  isWindowed: false,
  openWindowed: () => {
    throw new Error('not asked for');
  },
  rejection: undefined,
  open: () => ({ push: shout, end: () => '' }),
  judge: (texts, done) => done(texts.map(({ text }) => shout(text))),
};

const blocking: ResponseTexts = {
  ...shouting,
  rejection: { code: 'guardrail_violation', params: { guardrail: 'g', rule: 'r' } },
  open: () => ({ push: (text) => (text.includes('bad') ? undefined : text), end: () => '' }),
  judge: (texts, done) => done(texts.some(({ text }) => text.includes('bad')) ? undefined : texts.map((t) => t.text)),
};

function later(texts: ResponseTexts): ResponseTexts {
  return {
    ...texts,
    judge(given, done) {
      const own: ResponseText[] = given.map((each) => ({ ...each }));
      setTimeout(() => texts.judge(own, done), 5);
    },
  };
}

function ear() {
  const values: unknown[] = [];
  let bytes = 0;
  const listener: ResponseListener = {
    value: (value) => void values.push(structuredClone(value)),
    bytes: (piece) => {
      bytes += piece.length;
    },
    stop: () => undefined,
  };
  return { listener, values, counted: () => bytes };
}

const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream; charset=utf-8' };
const answer = (content: string) => JSON.stringify({ id: 'x', choices: [{ index: 0, message: { content } }] });
const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const usage = `data: ${JSON.stringify({ choices: [], usage: { total_tokens: 3 } })}\n\n`;
const done = 'data: [DONE]\n\n';

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

describe('JSON', () => {
  it('goes out with other texts, and with the length that it then has', () => {
    const { stream, handler, mode } = exchange({ texts: shouting }, json);
    expect(mode).toBe(bodySendMode.buffered);
    handler.message(sent.responseBody(answer('größe'), true));
    expect(readable(stream, [])).toBe(answer('GRÖSSE'));
    const { response } = stream.answers.at(-1) ?? {};
    if (response?.case !== 'responseBody') throw new Error('not a body');
    const [length] = response.value.response?.headerMutation?.setHeaders ?? [];
    expect(Buffer.from(length?.header?.rawValue ?? '').toString()).toBe(String(Buffer.byteLength(answer('GRÖSSE'))));
  });

  it('stays as it is, byte for byte, where no text changes', () => {
    const { stream, handler } = exchange({ texts: shouting }, json);
    const body = ` ${answer('LOUD')}\n`;
    handler.message(sent.responseBody(body, true));
    expect(readable(stream, [body])).toBe(body);
  });

  it('waits for a judge that asks somebody', async () => {
    const { stream, handler } = exchange({ texts: later(shouting) }, json);
    handler.message(sent.responseBody(answer('quiet'), true));
    expect(stream.kinds.at(-1)).toBe('responseHeaders');
    await expect.poll(() => readable(stream, []), patience).toBe(answer('QUIET'));
  });

  it.each([
    ['at once', blocking],
    ['later', later(blocking)],
  ])('that is blocked %s becomes the error', async (_, texts) => {
    const { stream, handler } = exchange({ texts }, json);
    handler.message(sent.responseBody(answer('bad'), true));
    await expect.poll(() => stream.kinds.at(-1), patience).toBe('403');
    expect(JSON.parse(readable(stream, [])).error).toMatchObject({ type: 'guardrail_violation', rule: 'r' });
    expect(readable(stream, [])).not.toContain('bad');
  });

  it.each(['{"choices":', '', '[1]', '{"a":1,"a":2}'])('that cannot be read is not let through: %j', (body) => {
    const { stream, handler } = exchange({ texts: shouting }, json);
    handler.message(sent.responseBody(body, true));
    expect(stream.kinds.at(-1)).toBe('502');
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('that comes as %s although nobody asked is read all the same', (encoding, compress) => {
    const { stream, handler } = exchange({ texts: shouting }, { ...json, 'content-encoding': encoding });
    handler.message(sent.responseBody(compress(answer('quiet')), true));
    expect(readable(stream, [])).toBe(answer('QUIET'));
  });

  it('of an unknown encoding is not let through unchecked', () => {
    expect(exchange({ texts: shouting }, { ...json, 'content-encoding': 'x-secret' }).stream.kinds.at(-1)).toBe('502');
    const { mode } = exchange({ listener: ear().listener }, { ...json, 'content-encoding': 'x-secret' });
    expect(mode).toBe(bodySendMode.none);
  });

  it('that is only listened to comes in one message when it is small, and else passes in pieces', () => {
    const small = ear();
    const one = exchange({ listener: small.listener }, { ...json, 'content-length': '60' });
    expect(one.mode).toBe(bodySendMode.buffered);
    one.handler.message(sent.responseBody(answer('quiet'), true));
    expect(small.values).toEqual([JSON.parse(answer('quiet'))]);

    const large = ear();
    const other = exchange({ listener: large.listener }, json);
    expect(other.mode).toBe(bodySendMode.streamed);
    const pieces = [answer('quiet').slice(0, 7), answer('quiet').slice(7), ''];
    pieces.forEach((piece, at) => {
      other.handler.message(sent.responseBody(piece, at === 2));
    });
    expect(readable(other.stream, pieces)).toBe(answer('quiet'));
    expect(large.values).toEqual([JSON.parse(answer('quiet'))]);
    expect(large.counted()).toBe(answer('quiet').length);
  });

  it('that is listened to and cannot be read passes', () => {
    const { listener, values } = ear();
    const { stream, handler } = exchange({ listener }, json);
    handler.message(sent.responseBody('{"cut', true));
    expect(readable(stream, ['{"cut'])).toBe('{"cut');
    expect(values).toEqual([]);
  });
});

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
});
