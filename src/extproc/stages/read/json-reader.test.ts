import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sent } from '../../testing/fake-stream.ts';
import { bodySendMode } from '../../wire/mode.ts';
import { ear } from './testing/ear.ts';
import { exchange, readable } from './testing/read-exchange.ts';
import { blocking, later, shouting } from './testing/response-texts.ts';
import { answer, json } from './testing/responses.ts';

/** A busy machine takes its time. */
const patience = { timeout: 20_000 };

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

  it('that is only listened to comes in pieces, however small, where its provider may not fall silent', () => {
    const headers = { ...json, 'content-length': '60' };
    expect(exchange({ listener: ear().listener, idleTimeoutMs: 1_000 }, headers).mode).toBe(bodySendMode.streamed);
  });

  it('that is listened to and cannot be read passes', () => {
    const { listener, values } = ear();
    const { stream, handler } = exchange({ listener }, json);
    handler.message(sent.responseBody('{"cut', true));
    expect(readable(stream, ['{"cut'])).toBe('{"cut');
    expect(values).toEqual([]);
  });
});
