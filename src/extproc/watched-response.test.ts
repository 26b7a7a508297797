import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ProcessingResponseSchema } from '../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import type { AttemptWatch, Judgement } from './attempt-watch.ts';
import { encodeStreamedBody } from './streamed-body.ts';
import { FakeStream, sent } from './testing/fake-stream.ts';
import { WatchedResponse } from './watched-response.ts';
import { decodeRequest, Incoming } from './wire/incoming.ts';

function watching(of: AttemptWatch['of'], judge: (text: string) => Judgement) {
  const stream = new FakeStream();
  const response = new WatchedResponse(stream, {
    of,
    concerns: (status) => status === 200,
    judge: (bytes) => judge(bytes.toString()),
  });
  const receive = (message: Buffer) => {
    const incoming = new Incoming();
    decodeRequest(message, incoming);
    return response.receive(incoming);
  };
  return { stream, receive };
}

/** What each answer says, in short. */
function said(stream: FakeStream): string[] {
  return stream.answers.map(({ response, modeOverride }) => {
    if (response.case === 'responseTrailers') return 'trailers';
    if (response.case !== 'responseHeaders' && response.case !== 'responseBody') return 'unexpected';
    const common = response.value.response;
    const status = common?.headerMutation?.setHeaders[0]?.header?.rawValue;
    const mutation = common?.bodyMutation?.mutation;
    const piece =
      mutation?.case === 'streamedResponse'
        ? ` ${Buffer.from(mutation.value.body)}${mutation.value.endOfStream ? '|' : ''}`
        : '';
    const mode = modeOverride === undefined ? '' : ` mode ${modeOverride.responseBodyMode}`;
    return `${response.case === 'responseHeaders' ? 'headers' : 'body'}${status === undefined ? '' : ` ${Buffer.from(status)}`}${piece}${mode}`;
  });
}

describe('a watched whole body', () => {
  it('turns into a failure when it is judged as one', () => {
    const { stream, receive } = watching('whole', (text) => (text === 'bad' ? 'fail' : 'pass'));
    receive(sent.responseHeaders());
    receive(sent.responseBody('bad', true));
    expect(said(stream)).toEqual(['headers', 'body 502']);
  });

  it('passes otherwise, and does not come by where nobody judges it', () => {
    const good = watching('whole', () => 'pass');
    good.receive(sent.responseHeaders());
    good.receive(sent.responseBody('good', true));
    expect(said(good.stream)).toEqual(['headers', 'body']);
    const other = watching('whole', () => 'fail');
    other.receive(sent.responseHeaders({ ':status': '500' }));
    expect(said(other.stream)).toEqual(['headers mode 0']);
  });
});

describe('a watched stream', () => {
  const untilToken = (text: string): Judgement =>
    text.includes('error') ? 'fail' : text.includes('token') ? 'pass' : 'wait';

  it('has its headers held back until it is judged, and then every piece at once', () => {
    const { stream, receive } = watching('start', untilToken);
    receive(sent.responseHeaders());
    receive(sent.responseBody('begin '));
    expect(said(stream)).toEqual([]);
    receive(sent.responseBody('token'));
    receive(sent.responseBody('more'));
    receive(sent.responseBody('', true));
    expect(said(stream)).toEqual(['headers', 'body begin token', 'body more', 'body |']);
  });

  it('turns into a failure', () => {
    const { stream, receive } = watching('start', untilToken);
    receive(sent.responseHeaders());
    receive(sent.responseBody('error'));
    expect(said(stream)).toEqual(['headers 502', 'body error']);
  });

  it('passes when it ends before it could be judged', () => {
    const { stream, receive } = watching('start', untilToken);
    receive(sent.responseHeaders());
    receive(sent.responseBody('begin', true));
    expect(said(stream)).toEqual(['headers', 'body begin|']);
    const trailed = watching('start', untilToken);
    trailed.receive(sent.responseHeaders());
    trailed.receive(sent.responseBody('begin'));
    trailed.receive(sent.responseTrailers());
    expect(said(trailed.stream)).toEqual(['headers', 'body begin', 'trailers']);
  });

  it('is not held back for ever', () => {
    const { stream, receive } = watching('start', () => 'wait');
    receive(sent.responseHeaders());
    for (let i = 0; i < 5; i++) receive(sent.responseBody('x'.repeat(64 * 1024)));
    expect(said(stream)).toHaveLength(2);
  });

  it('flows at once where it cannot be judged', () => {
    for (const headers of [{ ':status': '429' }, { 'content-encoding': 'gzip' }]) {
      const { stream, receive } = watching('start', () => 'wait');
      receive(sent.responseHeaders(headers));
      receive(sent.responseBody('x'));
      expect(said(stream)).toEqual(['headers', 'body x']);
    }
  });

  it('takes no message that does not belong to a response', () => {
    expect(watching('start', () => 'wait').receive(sent.requestBody('x'))).toBe(false);
  });
});

describe('encodeStreamedBody()', () => {
  it.each<[number, boolean]>([
    [0, true],
    [0, false],
    [5, false],
    [200, true],
    [70_000, false],
  ])('writes the bytes of protobuf-es for %i bytes, last: %s', (length, endOfStream) => {
    const body = Buffer.alloc(length, 7);
    const message = create(ProcessingResponseSchema, {
      response: {
        case: 'responseBody',
        value: { response: { bodyMutation: { mutation: { case: 'streamedResponse', value: { body, endOfStream } } } } },
      },
    });
    const frame = encodeStreamedBody(body, endOfStream);
    expect(frame.subarray(5).equals(toBinary(ProcessingResponseSchema, message))).toBe(true);
    expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  });
});
