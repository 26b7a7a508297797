import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { SseRewriter } from './rewriter.ts';
import { masked } from './testing/masked-digits.ts';
import { mask, pass, same } from './testing/rewrite.ts';
import { chatChunk, named, sse, textsOf } from './testing/streams.ts';

const chat = 'chat.completions';

describe('any chunking', () => {
  it('gives what the whole texts give, in 300 generated streams', () => {
    const random = seededRandom(17);
    for (let round = 0; round < 300; round++) {
      const [api, make] = random.pick([
        [chat, generatedChat],
        ['messages', generatedMessages],
      ] as const);
      const stream = Buffer.from(make(random));
      const end = random.pick(['\n', '\r\n', '\r']);
      const bytes = Buffer.from(stream.toString().replaceAll('\n', end));
      const size = random.pick([1, 3, 60, 5_000]);
      const { bytes: out, stop } = pass(
        new SseRewriter({ api, openChannel: mask }),
        bytes,
        () => 1 + random.below(size),
      );
      expect(stop).toBeUndefined();
      const expected = [...textsOf(stream)].map(([key, text]) => [
        key,
        key.includes('call') ? maskedJson(text) : masked(text),
      ]);
      expect([...textsOf(out)]).toEqual(expected);
      const untouched = pass(new SseRewriter({ api, openChannel: same }), bytes, () => 1 + random.below(size));
      // A number is held back until it is complete.
      if (api === 'messages') expect(untouched.bytes.equals(bytes)).toBe(true);
      expect([...textsOf(untouched.bytes)]).toEqual([...textsOf(stream)]);
    }
  });
});

const pieces = ['a', '1', '22', ' 1234', '\n', '"', '\\', '💶', '\ud83d\ude00', 'é7', '\u0000', '', 'x 5 y'];

function generatedChat(random: Random): string {
  const args = () =>
    JSON.stringify({
      a1: Array.from({ length: random.below(5) }, () => random.pick(pieces)).join(''),
      n: 12345,
      k: ['22'],
    });
  const calls = [args(), args()];
  const events: string[] = [chatChunk({ role: 'assistant', content: '' })];
  for (let count = 3 + random.below(20); count > 0; count--) {
    events.push(chatChunk({ content: random.pick(pieces) }, { index: random.below(2) }));
    if (random.below(8) === 0) events.push(': still here\n\n');
  }
  while (calls.some((rest) => rest !== '')) {
    const index = random.below(2);
    const size = 1 + random.below(6);
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

function generatedMessages(random: Random): string {
  const events: string[] = [];
  for (let index = 0; index < 3; index++) {
    const type = random.pick(['text', 'thinking']);
    events.push(named({ type: 'content_block_start', index, content_block: { type, [type]: '' } } as never));
    for (let count = random.below(12); count > 0; count--) {
      const delta = { type: `${type}_delta`, [type]: random.pick(pieces) };
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
