import { describe, expect, it, vi } from 'vitest';
import { SseRewriter } from './rewriter.ts';
import { Template } from './template.ts';
import { MaskedDigits, masked } from './testing/masked-digits.ts';
import { chatChunk, eventsOf, named, textsOf } from './testing/streams.ts';

function rewriterOf(api: string, seen: unknown[] = []): SseRewriter {
  return new SseRewriter({ api, openChannel: () => new MaskedDigits(), onEvent: (value) => seen.push(value) });
}

function push(rewriter: SseRewriter, events: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(events.map((event) => rewriter.push(Buffer.from(event)).bytes));
}

/** Names of members, escapes in several spellings, and what looks like the rest of an event. */
const hostile = [
  'content',
  'delta',
  'a"b',
  '\\',
  '\n',
  'é1',
  '💶',
  '\ud800',
  '',
  '{"content":"x',
  '"',
  'id',
  'gpt-4o',
  '\u0001',
];

describe('events that differ in their text alone', () => {
  it('are understood without telling the observer again', () => {
    const seen: unknown[] = [];
    const stream = ['a', 'b 1', '23 c', 'd'].map((content) => chatChunk({ content }));
    const bytes = push(rewriterOf('chat.completions', seen), stream);
    expect(textsOf(bytes).get('0/content')).toBe('ab ### cd');
    expect(seen).toHaveLength(1);
  });

  it('are prepared for when the second of them comes: the first text of an answer does not wait for that', () => {
    const made = vi.spyOn(Template, 'of');
    const rewriter = rewriterOf('chat.completions');
    push(rewriter, [chatChunk({ role: 'assistant', content: '' }), chatChunk({ content: 'a' })]);
    expect(made).toHaveBeenCalledTimes(0);
    push(rewriter, [chatChunk({ content: 'b' }), chatChunk({ content: 'c' })]);
    expect(made).toHaveBeenCalledTimes(1);
    made.mockRestore();
  });

  it('are read as they would be alone, whatever the text is', () => {
    for (const first of hostile) {
      for (const second of hostile) {
        const stream = [first, second, `${first} 12 `, `${second}.`].map((content) => chatChunk({ content }));
        const bytes = push(rewriterOf('chat.completions'), stream);
        expect(eventsOf(bytes)).toHaveLength(4);
        expect(textsOf(bytes).get('0/content')).toBe(masked(`${first}${second}${first} 12 ${second}.`));
      }
    }
  });

  it('are told from those that have more members, a name twice, or bytes that are no text', () => {
    const [before = '', behind = ''] = chatChunk({ content: 'TEXT' }).split('TEXT');
    const more = push(rewriterOf('chat.completions'), [
      chatChunk({ content: 'a' }),
      `${before}b","refusal":"1234 ${behind}`,
    ]);
    expect(Object.fromEntries(textsOf(more))).toEqual({ '0/content': 'ab', '0/refusal': '[N] ' });
    for (const inside of ['b","content":"1234', 'b\\x', 'b\u0002', Buffer.from([0xff])]) {
      const rewriter = rewriterOf('chat.completions');
      rewriter.push(Buffer.from(chatChunk({ content: 'a' })));
      const event = Buffer.concat([Buffer.from(before), Buffer.from(inside), Buffer.from(behind)]);
      expect(rewriter.push(event)).toMatchObject({ bytes: Buffer.alloc(0), stop: { kind: 'failed' } });
    }
  });

  it('are told from those of another choice, block or kind', () => {
    const choices = [0, 1, 1, 0, 0].map((index) => chatChunk({ content: '12' }, { index }));
    const bytes = push(rewriterOf('chat.completions'), [
      ...choices,
      ...[0, 1].map((index) => chatChunk({}, { index, finish: 'stop' })),
    ]);
    expect(Object.fromEntries(textsOf(bytes))).toEqual({ '0/content': '[N]', '1/content': '[N]' });
    const delta = (index: number, text: string) =>
      named({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } } as never);
    const stop = (index: number) => named({ type: 'content_block_stop', index } as never);
    const blocks = [delta(0, '1'), delta(0, '2'), delta(0, '34'), stop(0), delta(1, '5'), delta(1, '6'), stop(1)];
    const read = textsOf(push(rewriterOf('messages'), blocks));
    expect(Object.fromEntries(read)).toEqual({ '0/text': '[N]', '1/text': '##' });
  });

  it('take the place of usage that is hidden', () => {
    const rewriter = new SseRewriter({
      api: 'chat.completions',
      isUsageHidden: true,
      openChannel: () => new MaskedDigits(),
    });
    const bytes = push(
      rewriter,
      ['a', 'b', 'c 1 ', 'd'].map((content) => chatChunk({ content }, { usage: null })),
    );
    expect(bytes.toString()).toBe(['a', 'b', 'c # ', 'd'].map((content) => chatChunk({ content })).join(''));
  });

  it('do not keep what stands beside a changed text', () => {
    const event = (content: string, token: string) =>
      chatChunk({ content }).replace('"logprobs":null', `"logprobs":{"content":[{"token":"${token}"}]}`);
    const bytes = push(rewriterOf('chat.completions'), [event('a ', 'x'), event('1 ', 'x'), event('2 ', 'x')]);
    expect(eventsOf(bytes).map(({ choices }) => (choices as { logprobs: unknown }[])[0]?.logprobs === null)).toEqual([
      false,
      true,
      true,
    ]);
  });
});
