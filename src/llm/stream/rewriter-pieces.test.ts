import { describe, expect, it } from 'vitest';
import { SseRewriter } from './rewriter.ts';
import { masked, pick, random } from './testing/masked-digits.ts';
import { mask, pass, same } from './testing/rewrite.ts';
import { chatChunk, named, sse, textsOf } from './testing/streams.ts';

const chat = 'chat.completions';

describe('any chunking', () => {
  it('gives what the whole texts give, in 300 generated streams', () => {
    const next = random(17);
    for (let round = 0; round < 300; round++) {
      const [api, make] = pick(next, [
        [chat, generatedChat],
        ['messages', generatedMessages],
      ] as const);
      const stream = Buffer.from(make(next));
      const end = pick(next, ['\n', '\r\n', '\r']);
      const bytes = Buffer.from(stream.toString().replaceAll('\n', end));
      const size = pick(next, [1, 3, 60, 5_000]);
      const { bytes: out, stop } = pass(new SseRewriter({ api, openChannel: mask }), bytes, () => 1 + next(size));
      expect(stop).toBeUndefined();
      const expected = [...textsOf(stream)].map(([key, text]) => [
        key,
        key.includes('call') ? maskedJson(text) : masked(text),
      ]);
      expect([...textsOf(out)]).toEqual(expected);
      const untouched = pass(new SseRewriter({ api, openChannel: same }), bytes, () => 1 + next(size));
      // A number is held back until it is complete.
      if (api === 'messages') expect(untouched.bytes.equals(bytes)).toBe(true);
      expect([...textsOf(untouched.bytes)]).toEqual([...textsOf(stream)]);
    }
  });
});

type Next = (below: number) => number;

const pieces = ['a', '1', '22', ' 1234', '\n', '"', '\\', '💶', '\ud83d\ude00', 'é7', '\u0000', '', 'x 5 y'];

function generatedChat(next: Next): string {
  const args = () =>
    JSON.stringify({ a1: Array.from({ length: next(5) }, () => pick(next, pieces)).join(''), n: 12345, k: ['22'] });
  const calls = [args(), args()];
  const events: string[] = [chatChunk({ role: 'assistant', content: '' })];
  for (let count = 3 + next(20); count > 0; count--) {
    events.push(chatChunk({ content: pick(next, pieces) }, { index: next(2) }));
    if (next(8) === 0) events.push(': still here\n\n');
  }
  while (calls.some((rest) => rest !== '')) {
    const index = next(2);
    const size = 1 + next(6);
    const rest = calls[index] ?? '';
    if (rest === '') continue;
    events.push(chatChunk({ tool_calls: [{ index, function: { arguments: rest.slice(0, size) } }] }));
    calls[index] = rest.slice(size);
  }
  events.push(
    chatChunk({}, { index: 1, finish: 'stop' }),
    chatChunk({}, { index: 0, finish: 'tool_calls' }),
    sse('[DONE]'),
  );
  return events.join('');
}

function generatedMessages(next: Next): string {
  const events: string[] = [];
  for (let index = 0; index < 3; index++) {
    const type = pick(next, ['text', 'thinking']);
    events.push(named({ type: 'content_block_start', index, content_block: { type, [type]: '' } } as never));
    for (let count = next(12); count > 0; count--) {
      const delta = { type: `${type}_delta`, [type]: pick(next, pieces) };
      events.push(named({ type: 'content_block_delta', index, delta } as never));
    }
    events.push(named({ type: 'content_block_stop', index } as never));
  }
  return events.join('') + named({ type: 'message_stop' });
}

/** Names and numbers stay. */
function maskedJson(text: string): string {
  return JSON.stringify(JSON.parse(text, (_, inner) => (typeof inner === 'string' ? masked(inner) : inner)));
}
