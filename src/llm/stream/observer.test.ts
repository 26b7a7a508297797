import { describe, expect, it } from 'vitest';
import { StreamObserver } from './observer.ts';
import { chatChunk, named, sse } from './testing/streams.ts';

function seenIn(stream: string, size = 1 << 30, maxEventBytes?: number): { events: unknown[]; tokens: number } {
  const events: unknown[] = [];
  let tokens = 0;
  const observer = new StreamObserver({
    onEvent: (value) => events.push(value.type ?? value.usage ?? value.error ?? 'other'),
    onFirstToken: () => tokens++,
    ...(maxEventBytes === undefined ? {} : { maxEventBytes }),
  });
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; at += size) observer.push(bytes.subarray(at, at + size));
  observer.end();
  return { events, tokens };
}

const preamble = chatChunk({ role: 'assistant', content: '' });
const usage = { total_tokens: 3 };

describe('StreamObserver', () => {
  it('sees the ends, the usage and the errors of chats, and no ordinary delta', () => {
    const stream = [
      chatChunk({ content: 'a' }, { usage: null }),
      chatChunk({ content: '"usage":1 error' }, { usage: null }),
      chatChunk({ content: 'usage' }, { usage: null }),
      chatChunk({}, { finish: 'stop', usage: null }),
      sse({ choices: [], usage }),
      sse({ error: 'overloaded' }),
      sse('[DONE]'),
    ].join('');
    for (const size of [1, 7, 100_000]) {
      const { events } = seenIn(chatChunk({ content: 'first' }) + stream, size);
      expect(events).toEqual(['other', 'other', usage, 'overloaded']);
    }
  });

  it('sees those of messages and responses', () => {
    const messages = ['message_start', 'content_block_delta', 'ping', 'message_delta', 'message_stop'];
    const stream =
      named({ type: 'content_block_delta', delta: { text: 'x' } } as never) +
      messages.map((type) => named({ type })).join('');
    expect(seenIn(stream).events).toEqual(['content_block_delta', 'message_start', 'message_delta']);
    const ends = ['response.output_text.delta', 'response.completed', 'response.failed', 'error'].map((type) =>
      named({ type }),
    );
    expect(seenIn(ends.join('')).events).toEqual([
      'response.output_text.delta',
      'response.completed',
      'response.failed',
      'error',
    ]);
  });

  it('tells of the first token once', () => {
    expect(seenIn(preamble).tokens).toBe(0);
    expect(seenIn(preamble + chatChunk({ content: 'a' }) + chatChunk({ content: 'b' }), 5).tokens).toBe(1);
  });

  it('reads a last event without its empty line, and passes over what it cannot read', () => {
    expect(seenIn(sse({ choices: [], usage }).trim()).events).toEqual([usage]);
    expect(seenIn(`data: {"usage":\n\n${sse({ usage })}`).events).toEqual([usage]);
    for (const size of [1, 40, 10_000]) {
      expect(seenIn(sse({ error: 'x'.repeat(300) }) + sse({ usage }), size, 200).events).toEqual([usage]);
    }
  });
});
