import { describe, expect, it } from 'vitest';
import type { Stage } from '../stage.ts';
import { type FakeStream, sent } from '../testing/fake-stream.ts';
import { run, stage } from '../testing/router-run.ts';
import { verdict } from '../verdict.ts';
import { bodySendMode } from '../wire/mode.ts';

describe('a response body', () => {
  const wanting = (mode: keyof typeof bodySendMode, responseBody: NonNullable<Stage['responseBody']>): Stage =>
    stage({
      responseHeaders(exchange) {
        exchange.responseBodyMode = bodySendMode[mode];
        return verdict.proceed;
      },
      responseBody,
    });

  it('comes as the stages ask, chunk by chunk, and ends the exchange with its last one', () => {
    const chunks: string[] = [];
    const { stream, handler, endings } = run([
      wanting('streamed', (exchange, chunk, isLast) => {
        chunks.push(`${chunk}${isLast ? '|' : ''}`);
        if (chunk.length > 0) exchange.answer.body = Buffer.from(chunk.toString().toUpperCase());
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    expect(stream.answers.at(-1)?.modeOverride?.responseBodyMode).toBe(bodySendMode.streamed);
    handler.message(sent.responseBody('one'));
    handler.message(sent.responseBody('two'));
    expect(endings).toEqual([]);
    handler.message(sent.responseBody('', true));
    expect(chunks).toEqual(['one', 'two', '|']);
    expect(endings).toEqual(['done']);
    const second = stream.answers.at(-2)?.response;
    expect(second).toMatchObject({ case: 'responseBody' });
    expect(Buffer.concat(stream.frames).toString()).toContain('TWO');
  });

  it('in full duplex goes out in pieces of its own, none where nothing is to go', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, chunk, isLast) => {
        if (chunk.toString() === 'hold') exchange.answer.clearBody = true;
        if (isLast) exchange.answer.body = Buffer.from('rest');
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    for (const piece of ['one', 'hold']) handler.message(sent.responseBody(piece));
    handler.message(sent.responseBody('', true));
    expect(streamedPieces(stream)).toEqual(['one', 'rest|']);
    expect(endings).toEqual(['done']);
    expect(stream.ended).toBe('ok');
  });

  it('in full duplex ends before its trailers', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, _, isLast) => {
        if (isLast) exchange.answer.body = Buffer.from('rest');
        return verdict.proceed;
      }),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    handler.message(sent.responseTrailers());
    expect(streamedPieces(stream)).toEqual(['one', 'rest']);
    expect(stream.kinds.at(-1)).toBe('responseTrailers');
    expect(endings).toEqual(['done']);
  });

  it('in full duplex may be ended early; what still arrives is nobody’s', () => {
    const { stream, handler, endings } = run([
      wanting('fullDuplexStreamed', (exchange, chunk) =>
        chunk.toString() === 'bad'
          ? exchange.endResponseWith(Buffer.from('sorry'), { code: 'internal', params: {} })
          : verdict.proceed,
      ),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    for (const piece of ['one', 'bad', 'more']) handler.message(sent.responseBody(piece));
    handler.message(sent.responseBody('', true));
    handler.end();
    expect(streamedPieces(stream)).toEqual(['one', 'sorry|']);
    expect(endings).toEqual(['rejected']);
    expect(stream.ended).toBe('ok');
  });

  it('cannot be ended early where each piece needs its answer', () => {
    const { stream, handler, endings } = run([
      wanting('streamed', (exchange) => exchange.endResponseWith(Buffer.from('x'), { code: 'internal', params: {} })),
    ]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    expect(stream.kinds.at(-1)).toBe('500');
    expect(endings).toEqual(['rejected']);
  });

  it('that the client did not wait for is a reset', () => {
    const { handler, endings } = run([wanting('streamed', () => verdict.proceed)]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders());
    handler.message(sent.responseBody('one'));
    handler.end();
    expect(endings).toEqual(['reset']);
  });

  it('is not waited for where there is none', () => {
    const { stream, handler, endings } = run([wanting('buffered', () => verdict.proceed)]);
    handler.message(sent.requestHeaders({}, true));
    handler.message(sent.responseHeaders({}, {}, true));
    expect(stream.answers.at(-1)?.modeOverride).toBeUndefined();
    expect(endings).toEqual(['done']);
  });
});

/** What was written in full duplex; a bar marks the end. */
function streamedPieces(stream: FakeStream): readonly string[] {
  return stream.answers.flatMap(({ response }) => {
    const mutation = response.case === 'responseBody' ? response.value.response?.bodyMutation?.mutation : undefined;
    if (mutation?.case !== 'streamedResponse') return [];
    return [`${Buffer.from(mutation.value.body).toString()}${mutation.value.endOfStream ? '|' : ''}`];
  });
}
