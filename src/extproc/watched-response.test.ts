import { describe, expect, it } from 'vitest';
import type { AttemptWatch, HiddenFailure, Judgement } from './attempt-watch.ts';
import { FakeStream, sent } from './testing/fake-stream.ts';
import { WatchedResponse } from './watched-response.ts';
import { decodeRequest, Incoming } from './wire/incoming.ts';

const broken: HiddenFailure = { reason: 'broken', errorBody: undefined };
const error: HiddenFailure = { reason: 'error', errorBody: Buffer.from('{"error":1}') };

function watching(
  of: AttemptWatch['of'],
  piece: (text: string) => Judgement,
  end: (whole: string) => 'pass' | HiddenFailure = () => 'pass',
) {
  const stream = new FakeStream();
  const outcomes: string[] = [];
  const response = new WatchedResponse(
    stream,
    {
      of,
      judge: (status) =>
        status === 200
          ? { piece: (bytes) => piece(bytes.toString()), end: (whole) => end(whole.toString()) }
          : undefined,
    },
    (outcome, failure) => outcomes.push(failure === undefined ? outcome : `${outcome}!`),
  );
  const receive = (message: Buffer) => {
    const incoming = new Incoming();
    decodeRequest(message, incoming);
    return response.receive(incoming);
  };
  return { stream, receive, outcomes, response };
}

/** What each answer says, in short. */
function said(stream: FakeStream): string[] {
  return stream.answers.map(({ response, modeOverride }) => {
    if (response.case === 'responseTrailers') return 'trailers';
    if (response.case !== 'responseHeaders' && response.case !== 'responseBody') return 'unexpected';
    const common = response.value.response;
    const set = common?.headerMutation?.setHeaders.map(({ header }) => Buffer.from(header?.rawValue ?? []));
    const mutation = common?.bodyMutation?.mutation;
    const words = [response.case === 'responseHeaders' ? 'headers' : 'body', ...(set ?? [])];
    if (mutation?.case === 'streamedResponse') {
      words.push(`${Buffer.from(mutation.value.body)}${mutation.value.endOfStream ? '|' : ''}`);
    }
    if (modeOverride !== undefined) words.push(`mode ${modeOverride.responseBodyMode}`);
    return words.join(' ');
  });
}

describe('a watched whole body', () => {
  const judged = () =>
    watching(
      'whole',
      () => 'wait',
      (whole) => (whole === 'good' ? 'pass' : broken),
    );

  it('turns into a failure when it is judged as one', () => {
    const { stream, receive, outcomes } = judged();
    receive(sent.responseHeaders());
    receive(sent.responseBody('bad', true));
    expect(said(stream)).toEqual(['headers', 'body 599']);
    expect(outcomes).toEqual(['broken!']);
  });

  it('passes otherwise', () => {
    const { stream, receive, outcomes } = judged();
    receive(sent.responseHeaders());
    receive(sent.responseBody('good', true));
    expect(said(stream)).toEqual(['headers', 'body']);
    expect(outcomes).toEqual(['passed']);
  });

  it('does not come by where nobody judges it', () => {
    const { stream, receive, outcomes } = judged();
    receive(sent.responseHeaders({ ':status': '500' }));
    expect(said(stream)).toEqual(['headers mode 0']);
    expect(outcomes).toEqual(['unjudged']);
  });

  it('is judged by its absence where nothing follows the headers', () => {
    const { stream, receive } = judged();
    receive(sent.responseHeaders({}, {}, true));
    expect(said(stream)).toEqual(['headers 599']);
  });
});

describe('a watched stream', () => {
  const untilToken = (text: string): Judgement =>
    text.includes('error') ? error : text.includes('token') ? 'pass' : 'wait';

  it('has its headers held back until it is judged, and then every piece at once', () => {
    const { stream, receive, outcomes } = watching('start', untilToken);
    receive(sent.responseHeaders());
    receive(sent.responseBody('begin '));
    expect(said(stream)).toEqual([]);
    receive(sent.responseBody('token'));
    receive(sent.responseBody('more'));
    receive(sent.responseBody('', true));
    expect(said(stream)).toEqual(['headers', 'body begin token', 'body more', 'body |']);
    expect(outcomes).toEqual(['passed']);
  });

  it('turns into an error that a caller of the dialect can read, and ends there', () => {
    const { stream, receive, outcomes } = watching('start', untilToken);
    receive(sent.responseHeaders());
    receive(sent.responseBody('begin '));
    receive(sent.responseBody('error'));
    receive(sent.responseBody('more'));
    receive(sent.responseTrailers());
    expect(said(stream)).toEqual(['headers 599 application/json', 'body {"error":1}|']);
    expect(outcomes).toEqual(['error!']);
  });

  it('that is no stream of events keeps its own body', () => {
    const { stream, receive } = watching(
      'start',
      () => 'wait',
      (whole) => ({ reason: 'error', errorBody: whole === 'an error' ? undefined : Buffer.from('not all held') }),
    );
    receive(sent.responseHeaders());
    receive(sent.responseBody('an '));
    receive(sent.responseBody('error', true));
    expect(said(stream)).toEqual(['headers 599', 'body an error|']);
  });

  it('is judged at its end, with and without trailers', () => {
    for (const [verdict, answers] of [
      ['pass', ['headers', 'body begin|']],
      [broken, ['headers 599', 'body begin|']],
    ] as const) {
      const plain = watching('start', untilToken, () => verdict);
      plain.receive(sent.responseHeaders());
      plain.receive(sent.responseBody('begin', true));
      expect(said(plain.stream)).toEqual(answers);
    }
    const trailed = watching('start', untilToken);
    trailed.receive(sent.responseHeaders());
    trailed.receive(sent.responseBody('begin'));
    trailed.receive(sent.responseTrailers());
    expect(said(trailed.stream)).toEqual(['headers', 'body begin', 'trailers']);
  });

  it('is not held back for ever', () => {
    const { stream, receive, outcomes } = watching('start', () => 'wait');
    receive(sent.responseHeaders());
    const piece = 'x'.repeat(256 * 1024);
    for (let i = 0; i < 4; i++) receive(sent.responseBody(piece));
    expect(stream.frames).toHaveLength(0);
    receive(sent.responseBody(piece));
    expect(said(stream)).toEqual(['headers', `body ${piece.repeat(5)}`]);
    expect(outcomes).toEqual(['unjudged']);
  });

  it('is broken off before it is longer than Envoy can bear', () => {
    const { stream, receive, outcomes } = watching('start', () => 'pass');
    receive(sent.responseHeaders());
    const piece = sent.responseBody('x'.repeat(4 * 1024 * 1024));
    for (let i = 0; i < 12; i++) receive(piece);
    expect(stream.ended).toBeUndefined();
    expect(stream.frames).toHaveLength(13);
    receive(sent.responseBody('x'));
    expect(stream.ended).toMatchObject({ code: 8 });
    expect(outcomes).toEqual(['passed']);
  });

  it('flows at once where it cannot be judged', () => {
    for (const headers of [{ ':status': '429' }, { 'content-encoding': 'gzip' }]) {
      const { stream, receive, outcomes } = watching('start', () => error);
      receive(sent.responseHeaders(headers));
      receive(sent.responseBody('x'));
      expect(said(stream)).toEqual(['headers', 'body x']);
      expect(outcomes).toEqual(['unjudged']);
    }
  });

  it('that is left before it could be judged is counted as such, once', () => {
    const { stream, receive, outcomes, response } = watching('start', () => 'wait');
    receive(sent.responseHeaders());
    receive(sent.responseBody('begin'));
    response.closed();
    response.closed();
    expect(outcomes).toEqual(['left']);
    expect(stream.frames).toEqual([]);
  });

  it('takes no message that does not belong to a response', () => {
    expect(watching('start', () => 'wait').receive(sent.requestBody('x'))).toBe(false);
  });
});
