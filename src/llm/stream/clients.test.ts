import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { SseRewriter } from './rewriter.ts';
import { MaskedDigits } from './testing/masked-digits.ts';
import { chatChunk, named, sse } from './testing/streams.ts';

/** Serves the stream as it is after the rewriter. */
function serving(api: string, stream: string): typeof fetch {
  const rewriter = new SseRewriter({ api, openChannel: () => new MaskedDigits() });
  const body = Buffer.concat([rewriter.push(Buffer.from(stream)).bytes, rewriter.end().bytes]);
  const headers = { 'content-type': 'text/event-stream' };
  return async () => new Response(new Uint8Array(body), { status: 200, headers });
}

const options = { apiKey: 'k', maxRetries: 0, baseURL: 'http://127.0.0.1:9/v1' };

describe('the official clients', () => {
  it('put a rewritten chat together', async () => {
    const call = (index: number, args: string, more = {}, name?: string) =>
      chatChunk({
        tool_calls: [{ index, ...more, function: { ...(name === undefined ? {} : { name }), arguments: args } }],
      });
    const stream = [
      chatChunk({ role: 'assistant', content: '' }),
      chatChunk({ content: 'number 12' }),
      call(0, '', { id: 'call_1', type: 'function' }, 'send'),
      call(0, '{"to":"0'),
      chatChunk({ content: '34' }),
      call(0, '78","n":5}'),
      chatChunk({}, { finish: 'tool_calls' }),
      sse('[DONE]'),
    ].join('');
    const client = new OpenAI({ ...options, fetch: serving('chat.completions', stream) });
    const completion = await client.chat.completions.stream({ model: 'm', messages: [] }).finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: 'number [N]',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'send', arguments: '{"to":"###","n":5}' } }],
      },
    });
  });

  it('put a rewritten message together', async () => {
    const event = (type: string, more: object) => named({ type, ...more } as never);
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null };
    const delta = (index: number, inner: object) => event('content_block_delta', { index, delta: inner });
    const stream = [
      event('message_start', { message: { ...message, usage: { input_tokens: 1, output_tokens: 1 } } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      delta(0, { type: 'text_delta', text: 'number 12' }),
      delta(0, { type: 'text_delta', text: '34' }),
      event('content_block_stop', { index: 0 }),
      event('content_block_start', {
        index: 1,
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'send', input: {} },
      }),
      delta(1, { type: 'input_json_delta', partial_json: '{"to":"0' }),
      delta(1, { type: 'input_json_delta', partial_json: '78","n":5}' }),
      event('content_block_stop', { index: 1 }),
      event('message_delta', { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } }),
      event('message_stop', {}),
    ].join('');
    const client = new Anthropic({ ...options, fetch: serving('messages', stream) });
    const final = await client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage();
    expect(final).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'number [N]' },
        { type: 'tool_use', id: 'toolu_1', name: 'send', input: { to: '###', n: 5 } },
      ],
    });
  });

  it('put a rewritten response together', async () => {
    let number = 0;
    const event = (type: string, more: object) =>
      named({ type: `response.${type}`, sequence_number: number++, ...more } as never);
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const part = { type: 'output_text', text: 'number 1234', annotations: [] };
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
    const response = { id: 'resp_1', object: 'response', model: 'm', output: [] as unknown[], tools: [], error: null };
    const stream = [
      event('created', { response }),
      event('output_item.added', { output_index: 0, item: { ...item, content: [] } }),
      event('content_part.added', { ...at, part: { ...part, text: '' } }),
      event('output_text.delta', { ...at, delta: 'number 12', logprobs: [] }),
      event('output_text.delta', { ...at, delta: '34', logprobs: [] }),
      event('output_text.done', { ...at, text: part.text, logprobs: [] }),
      event('content_part.done', { ...at, part }),
      event('output_item.done', { output_index: 0, item }),
      event('completed', { response: { ...response, output: [item] } }),
    ].join('');
    const client = new OpenAI({ ...options, fetch: serving('responses', stream) });
    const deltas: string[] = [];
    const runner = client.responses.stream({ model: 'm', input: 'i' });
    runner.on('response.output_text.delta', ({ delta, snapshot }) => deltas.push(delta, snapshot));
    const final = await runner.finalResponse();
    expect(final.output_text).toBe('number [N]');
    expect(deltas.at(-1)).toBe('number [N]');
  });
});
