import { describe, expect, it } from 'vitest';
import { sent } from '../testing/fake-stream.ts';
import { said, watching } from '../testing/watching.ts';
import type { HiddenFailure } from './attempt-watch.ts';
import { WatchedBody } from './watched-body.ts';

const broken: HiddenFailure = { reason: 'broken', errorBody: undefined };

const judged = () =>
  watching(
    WatchedBody,
    () => 'wait',
    (whole) => (whole === 'good' ? 'pass' : broken),
  );

describe('a watched body', () => {
  it('turns into a failure when it is judged as one', () => {
    const { stream, receive, outcomes } = judged();
    receive(sent.responseHeaders(), sent.responseBody('bad', true));
    expect(said(stream)).toEqual(['responseHeaders', 'responseBody 599']);
    expect(outcomes).toEqual(['broken!']);
  });

  it('passes otherwise', () => {
    const { stream, receive, outcomes } = judged();
    receive(sent.responseHeaders(), sent.responseBody('good', true));
    expect(said(stream)).toEqual(['responseHeaders', 'responseBody']);
    expect(outcomes).toEqual(['passed']);
  });

  it('does not come by where nobody judges it', () => {
    for (const headers of [{ ':status': '500' }, { 'content-encoding': 'gzip' }]) {
      const { stream, receive, outcomes } = judged();
      receive(sent.responseHeaders(headers));
      expect(said(stream)).toEqual(['responseHeaders mode 0']);
      expect(outcomes).toEqual(['unjudged']);
    }
  });

  it('is judged by its absence where nothing follows the headers', () => {
    const { stream, receive } = judged();
    receive(sent.responseHeaders({}, {}, true));
    expect(said(stream)).toEqual(['responseHeaders 599']);
  });

  it('that never comes is counted as left, once', () => {
    const { receive, outcomes, response } = judged();
    receive(sent.responseHeaders());
    response.closed();
    response.closed();
    expect(outcomes).toEqual(['left']);
  });

  it('takes no message that does not belong to a response', () => {
    expect(judged().receive(sent.requestBody('x'))).toBe(false);
  });
});
