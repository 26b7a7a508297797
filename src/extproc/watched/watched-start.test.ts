import { describe, expect, it } from 'vitest';
import { sent } from '../testing/fake-stream.ts';
import { said, watching } from '../testing/watching.ts';
import type { FinalJudgement, HiddenFailure, Judgement } from './attempt-watch.ts';
import { WatchedStart } from './watched-start.ts';

const error: HiddenFailure = { reason: 'error', errorBody: Buffer.from('{"error":1}') };

const untilToken = (text: string): Judgement =>
  text.includes('error') ? error : text.includes('token') ? 'pass' : 'wait';

const begun = (end: (whole: string) => FinalJudgement = () => 'pass', piece = untilToken) =>
  watching(WatchedStart, piece, end);

describe('a watched start', () => {
  it('has its headers held until it is judged, then goes its own way', () => {
    const { stream, receive, outcomes } = begun();
    receive(sent.responseHeaders(), sent.responseBody('begin'), sent.responseBody('more'));
    expect(said(stream)).toEqual([]);
    receive(sent.responseBody('token'));
    expect(said(stream)).toEqual(['responseHeaders']);
    expect([stream.ended, outcomes]).toEqual(['ok', ['passed']]);
  });

  it('has no answer for what was on its way when it was over', () => {
    const { stream, receive, outcomes, response } = begun();
    receive(sent.responseHeaders(), sent.responseBody('token'));
    expect(receive(sent.responseBody('error'), sent.responseBody('', true), sent.responseTrailers())).toBe(true);
    response.closed();
    expect(stream.frames).toHaveLength(1);
    expect(outcomes).toEqual(['passed']);
  });

  it('turns into a failure', () => {
    const { stream, receive, outcomes } = begun();
    receive(sent.responseHeaders(), sent.responseBody('begin'), sent.responseBody('error'));
    expect(said(stream)).toEqual(['responseHeaders 599']);
    expect([stream.ended, outcomes]).toEqual(['ok', ['error!']]);
  });

  it.each<[string, Buffer[]]>([
    ['its last piece', [sent.responseBody('be'), sent.responseBody('gin', true)]],
    ['an empty last piece', [sent.responseBody('begin'), sent.responseBody('', true)]],
    ['trailers', [sent.responseBody('be'), sent.responseBody('gin'), sent.responseTrailers()]],
  ])('is judged as a whole at its end: %s', (_, messages) => {
    const { stream, receive, outcomes } = begun((whole) => (whole === 'begin' ? error : 'pass'));
    receive(sent.responseHeaders(), ...messages);
    expect(said(stream)).toEqual(['responseHeaders 599']);
    expect([stream.ended, outcomes]).toEqual(['ok', ['error!']]);
  });

  it('is judged by its absence where nothing follows the headers', () => {
    const { stream, receive } = begun(() => error);
    receive(sent.responseHeaders({}, {}, true));
    expect(said(stream)).toEqual(['responseHeaders 599']);
  });

  it('is not held for ever', () => {
    const { stream, receive, outcomes } = begun();
    const piece = sent.responseBody('x'.repeat(256 * 1024));
    receive(sent.responseHeaders(), piece, piece, piece, piece);
    expect(stream.frames).toHaveLength(0);
    receive(piece);
    expect(said(stream)).toEqual(['responseHeaders']);
    expect([stream.ended, outcomes]).toEqual(['ok', ['unjudged']]);
  });

  it('goes on at once where it cannot be judged', () => {
    for (const headers of [{ ':status': '429' }, { 'content-encoding': 'gzip' }]) {
      const { stream, receive, outcomes } = begun(() => error);
      receive(sent.responseHeaders(headers), sent.responseBody('error'));
      expect(said(stream)).toEqual(['responseHeaders']);
      expect([stream.ended, outcomes]).toEqual(['ok', ['unjudged']]);
    }
  });

  it('that is left before it could be judged is counted as such, once', () => {
    const { stream, receive, outcomes, response } = begun();
    receive(sent.responseHeaders(), sent.responseBody('begin'));
    response.closed();
    response.closed();
    expect([stream.frames, outcomes]).toEqual([[], ['left']]);
  });

  it('takes no message that does not belong to a response', () => {
    expect(begun().receive(sent.requestBody('x'))).toBe(false);
  });
});
