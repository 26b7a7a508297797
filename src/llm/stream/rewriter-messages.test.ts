import { describe, expect, it } from 'vitest';
import { mask, rewrite } from './testing/rewrite.ts';
import { named, textsOf } from './testing/streams.ts';

describe('SseRewriter of messages', () => {
  const block = (index: number, content_block: object) =>
    named({ type: 'content_block_start', index, content_block } as never);
  const delta = (index: number, inner: object) => named({ type: 'content_block_delta', index, delta: inner } as never);
  const stop = (index: number) => named({ type: 'content_block_stop', index } as never);

  it('rewrites every kind of block', () => {
    const stream = [
      named({
        type: 'message_start',
        message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], usage: {} },
      } as never),
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm 12' }),
      delta(0, { type: 'signature_delta', signature: 'EqQB12' }),
      stop(0),
      named({ type: 'ping' }),
      block(1, { type: 'text', text: 'one 1' }),
      delta(1, { type: 'text_delta', text: '2' }),
      delta(1, { type: 'citations_delta', citation: { type: 'char_location', cited_text: 'c5', document_index: 0 } }),
      delta(1, { type: 'text_delta', text: '345' }),
      stop(1),
      block(2, { type: 'tool_use', id: 'toolu_12', name: 'f', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      delta(2, { type: 'input_json_delta', partial_json: '{"to":"a1' }),
      delta(2, { type: 'input_json_delta', partial_json: '234","n":7}' }),
      stop(2),
      block(3, {
        type: 'web_search_tool_result',
        tool_use_id: 'x',
        content: [{ type: 'web_search_result', title: 't9' }],
      }),
      stop(3),
      named({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 12 },
      } as never),
      named({ type: 'message_stop' }),
    ].join('');
    for (const size of [1, 17, 100_000]) {
      const { bytes } = rewrite('messages', stream, mask, size);
      expect(Object.fromEntries(textsOf(bytes))).toEqual({
        '0/thinking': 'hm ##',
        '1/text': '[N]',
        '2/partial_json': '{"to":"a[N]","n":7}',
      });
      const text = bytes.toString();
      expect(text).toContain('"content_block":{"type":"text","text":"one "}');
      expect(text).toContain('"cited_text":"c#"');
      expect(text).toContain('"title":"t#"');
      expect(text).toContain('"signature":"EqQB12"');
      expect(text.indexOf('"##"')).toBeLessThan(text.indexOf('signature_delta'));
      const lines = text.split('\n').filter((line) => line !== '');
      expect(lines.every((line, index) => line.startsWith(index % 2 === 0 ? 'event: ' : 'data: '))).toBe(true);
    }
  });

  it('sends what is held back before the block stops', () => {
    expect(rewrite('messages', delta(0, { type: 'text_delta', text: 'a1' }) + stop(0)).bytes.toString()).toBe(
      delta(0, { type: 'text_delta', text: 'a' }) + delta(0, { type: 'text_delta', text: '#' }) + stop(0),
    );
  });

  it.each([
    ['text', 'text_delta', 'a12', 'a', '##'],
    ['thinking', 'thinking_delta', 'a12', 'a', '##'],
    ['news', 'news_delta', 'a12', 'a', '##'],
    ['partial_json', 'input_json_delta', '{"q":"a12', '{"q":"a', '##'],
  ])('says what was held back of a %s in an event of its own kind', (member, type, text, before, rest) => {
    const piece = (words: string) => delta(3, { type, [member]: words });
    expect(rewrite('messages', piece(text) + stop(3)).bytes.toString()).toBe(piece(before) + piece(rest) + stop(3));
  });
});
