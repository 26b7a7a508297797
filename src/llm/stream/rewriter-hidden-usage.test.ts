import { describe, expect, it } from 'vitest';
import type { OpenChannel } from './channel.ts';
import { SseRewriter } from './rewriter.ts';
import { mask, pass, same } from './testing/rewrite.ts';
import { chatChunk, sse } from './testing/streams.ts';

const chat = 'chat.completions';

describe('SseRewriter with usage that we asked for', () => {
  const hide = (stream: string, openChannel?: OpenChannel) =>
    pass(
      new SseRewriter({ api: chat, isUsageHidden: true, ...(openChannel === undefined ? {} : { openChannel }) }),
      Buffer.from(stream),
      () => 50,
    ).bytes.toString();

  it('gives what the caller would have got', () => {
    const make = (usage: unknown, last: string) =>
      chatChunk({ content: 'a' }, { usage }) + chatChunk({}, { finish: 'stop', usage }) + last + sse('[DONE]');
    const only = sse({ id: 'chatcmpl-1', choices: [], usage: { prompt_tokens: 1, total_tokens: 3 } });
    expect(hide(make(null, only))).toBe(make(undefined, ''));
    expect(hide(make(null, only), same)).toBe(make(undefined, ''));
    expect(hide(make({ total_tokens: 1 }, ''))).toBe(make(undefined, ''));
    const filter = sse({ choices: [], prompt_filter_results: [] });
    expect(hide(filter)).toBe(filter);
  });

  it('hides it from rewritten and added events as well', () => {
    const stream = chatChunk({ content: 'a12' }, { usage: null }) + chatChunk({}, { finish: 'stop', usage: null });
    expect(hide(stream, mask)).toBe(
      chatChunk({ content: 'a' }) + chatChunk({ content: '##' }) + chatChunk({}, { finish: 'stop' }),
    );
  });

  it('tells the observer what it hides', () => {
    const seen: unknown[] = [];
    const rewriter = new SseRewriter({ api: chat, isUsageHidden: true, onEvent: ({ usage }) => seen.push(usage) });
    rewriter.push(
      Buffer.from(chatChunk({ content: 'a' }, { usage: null }) + sse({ choices: [], usage: { total_tokens: 3 } })),
    );
    expect(seen).toEqual([null, { total_tokens: 3 }]);
  });
});
