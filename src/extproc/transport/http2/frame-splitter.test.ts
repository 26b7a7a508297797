import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/testing/random.ts';
import { ConnectionFault, http2Code } from './error.ts';
import { defaultMaxFrameBytes, flag, frameHead, frameType, headersFrame, settingsFrame } from './frame.ts';
import { FrameSplitter } from './frame-splitter.ts';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

function frame(type: number, flags: number, stream: number, payload: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([frameHead(bytes.length, type, flags, stream), bytes]);
}

const conversation = Buffer.concat([
  preface,
  settingsFrame([[4, 65_535]]),
  headersFrame(1, Buffer.from('a header block'), false),
  frame(frameType.data, 0, 1, 'the first message'),
  frame(frameType.data, 0, 1),
  frame(frameType.data, flag.padded, 1, '\x03padded\0\0\0'),
  frame(frameType.ping, 0, 0, '12345678'),
  frame(frameType.data, 0, 1, 'x'),
  frame(frameType.headers, 0, 3, 'begun'),
  frame(frameType.continuation, flag.endHeaders, 3),
  frame(0x42, 0xff, 0x7fffffff, 'nobody knows this type'),
  frame(frameType.data, flag.endStream, 3, 'the last message'),
  frame(frameType.data, flag.endStream, 1),
]);

/** What a sink is told, with the parts of a DATA frame put together. */
function read(chunks: Iterable<Buffer>): string[] {
  const told: string[] = [];
  let data = '';
  const splitter = new FrameSplitter({
    data(stream, bytes, isLastPart, flags) {
      data += bytes.toString('latin1');
      if (!isLastPart) return;
      told.push(`data ${flags} ${stream} ${data}`);
      data = '';
    },
    frame(type, flags, stream, payload) {
      expect(data).toBe('');
      told.push(`${type} ${flags} ${stream} ${payload.toString('latin1')}`);
    },
  });
  for (const chunk of chunks) splitter.push(chunk);
  expect(data).toBe('');
  return told;
}

function faultOf(...chunks: readonly Buffer[]): unknown {
  try {
    return read(chunks);
  } catch (error) {
    return error instanceof ConnectionFault ? error.code : error;
  }
}

const whole = read([conversation]);

describe('FrameSplitter', () => {
  it('tells every frame of a conversation', () => {
    expect(whole).toEqual([
      '4 0 0 \0\x04\0\0\xff\xff',
      '1 4 1 a header block',
      'data 0 1 the first message',
      'data 0 1 ',
      '0 8 1 \x03padded\0\0\0',
      '6 0 0 12345678',
      'data 0 1 x',
      '1 0 3 begun',
      '9 4 3 ',
      '66 255 2147483647 nobody knows this type',
      'data 1 3 the last message',
      'data 1 1 ',
    ]);
  });

  it('tells the same wherever the conversation is cut in two', () => {
    for (let cut = 0; cut <= conversation.length; cut++) {
      expect(read([conversation.subarray(0, cut), conversation.subarray(cut)])).toEqual(whole);
    }
  });

  it('tells the same byte by byte', () => {
    expect(read(Array.from(conversation, (byte) => Buffer.of(byte)))).toEqual(whole);
  });

  it('tells the same with any cuts', () => {
    const random = seededRandom(11);
    for (let round = 0; round < 300; round++) {
      const longest = random.pick([2, 5, 12, 40]);
      const chunks: Buffer[] = [];
      for (let at = 0; at < conversation.length; ) {
        const end = at + random.below(longest + 1);
        chunks.push(conversation.subarray(at, end));
        at = end;
      }
      expect(read(chunks)).toEqual(whole);
    }
  });

  it('ignores the reserved bit of a stream', () => {
    const ping = frame(frameType.ping, 0, 0, '12345678');
    ping[5] = 0x80;
    expect(read([preface, ping])).toEqual(['6 0 0 12345678']);
  });

  it('passes DATA as views of the chunk it came in', () => {
    const chunk = Buffer.concat([preface, frame(frameType.data, 0, 1, 'first'), frame(frameType.data, 0, 1, 'second')]);
    const views: Buffer[] = [];
    const splitter = new FrameSplitter({ data: (_, bytes) => views.push(bytes), frame: () => {} });
    splitter.push(chunk.subarray(0, -3));
    splitter.push(chunk.subarray(-3));
    expect(views.map(String)).toEqual(['first', 'sec', 'ond']);
    chunk.fill('!');
    expect(views.map(String)).toEqual(['!!!!!', '!!!', '!!!']);
  });

  it('keeps nothing of a chunk that its owner may write over, once the frame was told', () => {
    const chunk = Buffer.from(Buffer.concat([preface, frame(frameType.ping, 0, 0, '12345678')]));
    const told: string[] = [];
    const splitter = new FrameSplitter({ data: () => {}, frame: (_, __, ___, payload) => told.push(String(payload)) });
    splitter.push(chunk.subarray(0, -4));
    const rest = Buffer.from(chunk.subarray(-4));
    chunk.fill(0);
    splitter.push(rest);
    expect(told).toEqual(['12345678']);
  });

  it('takes the longest frame that is allowed, and refuses a longer one by its head', () => {
    const longest = 'x'.repeat(defaultMaxFrameBytes);
    expect(read([preface, frame(frameType.data, 0, 1, longest)])).toEqual([`data 0 1 ${longest}`]);
    for (const type of [frameType.data, frameType.headers, 0x42]) {
      expect(faultOf(preface, frameHead(defaultMaxFrameBytes + 1, type, 0, 1))).toBe(http2Code.frameSizeError);
    }
    expect(faultOf(preface, Buffer.alloc(9, 0xff))).toBe(http2Code.frameSizeError);
  });

  it('refuses another preface at its first wrong byte', () => {
    for (let at = 0; at < preface.length; at++) {
      const wrong = Buffer.from(preface);
      wrong[at] = 0x7f;
      expect(faultOf(wrong.subarray(0, at))).toEqual([]);
      expect(faultOf(wrong.subarray(0, at + 1))).toBe(http2Code.protocolError);
      expect(faultOf(wrong.subarray(0, at), wrong.subarray(at, at + 1))).toBe(http2Code.protocolError);
    }
  });

  it('refuses HTTP/1', () => {
    expect(faultOf(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe(http2Code.protocolError);
  });
});
