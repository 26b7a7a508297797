import { describe, expect, it } from 'vitest';
import type { OpenChannel } from './channel.ts';
import { rewrite } from './testing/rewrite.ts';
import { sse } from './testing/streams.ts';

const chat = 'chat.completions';
const messagesDelta = (delta: object) => ({ type: 'content_block_delta', index: 0, delta });
const responsesDelta = (kind: string, delta: unknown) => ({
  ...{ type: `response.${kind}.delta`, item_id: 'i', output_index: 0, content_index: 0, delta },
});

describe('SseRewriter of chunks with more than their API says', () => {
  it('rewrites what stands in a choice beside its delta', () => {
    const stream = (content: string) =>
      sse({ choices: [{ index: 0, delta: { content: 'a' }, message: { content }, note: content }] }) + sse('[DONE]');
    expect(rewrite(chat, stream('call 12345')).bytes.toString()).toBe(stream('call [N]'));
  });

  it('says what was held back where the choice stands, without what was said already', () => {
    const choices = (content: string) => [{ delta: { content } }];
    const stream = sse({ id: 'c', choices: choices('a12'), usage: { total_tokens: 3 }, note: 'b' }) + sse('[DONE]');
    expect(rewrite(chat, stream).bytes.toString()).toBe(
      sse({ id: 'c', choices: choices('a'), usage: { total_tokens: 3 }, note: 'b' }) +
        sse({ id: 'c', choices: [{ index: 0, delta: { content: '##' }, finish_reason: null }] }) +
        sse('[DONE]'),
    );
  });

  it('repeats that there is no usage yet', () => {
    const chunk = (content: string, more: object = {}) =>
      sse({ choices: [{ index: 1, delta: { content }, ...more }], usage: null });
    expect(rewrite(chat, chunk('a12')).bytes.toString()).toBe(chunk('a') + chunk('##', { finish_reason: null }));
  });

  it.each<[string, string, object, Readonly<Record<string, string>>]>([
    [
      chat,
      'chunk',
      { choices: [{ delta: { content: 'a', refusal: 'b', reasoning_content: 'c', other: 'd' }, beside: 'e' }], x: 'f' },
      { a: 'assistant', b: 'assistant', c: 'reasoning', d: 'assistant', e: 'assistant', f: 'assistant' },
    ],
    [
      chat,
      'call',
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"q":"a"}' } }] } }] },
      { a: 'toolInput' },
    ],
    ['completions', 'chunk', { choices: [{ text: 'a' }], x: 'b' }, { a: 'assistant', b: 'assistant' }],
    ['messages', 'words', messagesDelta({ type: 'text_delta', text: 'a' }), { a: 'assistant' }],
    ['messages', 'thoughts', messagesDelta({ type: 'thinking_delta', thinking: 'a' }), { a: 'reasoning' }],
    ['messages', 'call', messagesDelta({ type: 'input_json_delta', partial_json: '{"q":"a"}' }), { a: 'toolInput' }],
    ['messages', 'news', messagesDelta({ type: 'news_delta', news: 'a' }), { a: 'assistant' }],
    ['messages', 'event', { type: 'news', note: 'a' }, { a: 'assistant' }],
    ['responses', 'words', responsesDelta('output_text', 'a'), { a: 'assistant' }],
    ['responses', 'refusal', responsesDelta('refusal', 'a'), { a: 'assistant' }],
    ['responses', 'thoughts', responsesDelta('reasoning_text', 'a'), { a: 'reasoning' }],
    ['responses', 'summary', responsesDelta('reasoning_summary_text', 'a'), { a: 'reasoning' }],
    ['responses', 'call', responsesDelta('function_call_arguments', '{"q":"a"}'), { a: 'toolInput' }],
    ['responses', 'call of a server', responsesDelta('mcp_call_arguments', '{"q":"a"}'), { a: 'toolInput' }],
    ['responses', 'call in words', responsesDelta('custom_tool_call_input', 'a'), { a: 'toolInput' }],
    ['responses', 'code', responsesDelta('code_interpreter_call_code', 'a'), { a: 'toolInput' }],
    ['responses', 'command', responsesDelta('shell_call_command', 'a'), { a: 'toolInput' }],
    ['responses', 'output', responsesDelta('shell_call_output_content', { stdout: 'a' }), { a: 'toolOutput' }],
    ['responses', 'sound', responsesDelta('audio', 'a'), {}],
    ['responses', 'error', { type: 'error', message: 'a', code: 'b' }, { a: 'assistant', b: 'assistant' }],
    ['images.generations', 'picture', { type: 'image_generation.completed', revised_prompt: 'a' }, { a: 'assistant' }],
  ])('knows whose words they are: %s, %s', (api, _, event, expected) => {
    const heard: Record<string, string> = {};
    const listening: OpenChannel = (role) => ({
      push(text) {
        heard[text] = role;
        return text;
      },
      end: () => '',
    });
    rewrite(api, sse(event) + sse('[DONE]'), listening);
    expect(heard).toEqual(expected);
  });
});
