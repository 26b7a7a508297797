import { describe, expect, it } from 'vitest';
import type { OpenChannel } from './channel.ts';
import { SseRewriter, type Stop } from './rewriter.ts';
import { MaskedDigits, masked, pick, random } from './testing/masked-digits.ts';
import { chatChunk, eventsOf, named, sse, textsOf } from './testing/streams.ts';

const mask: OpenChannel = () => new MaskedDigits();
const same: OpenChannel = () => ({ push: (text) => text, end: () => '' });

interface Passed {
  readonly bytes: Buffer;
  readonly stop: Stop | undefined;
}

function pass(rewriter: SseRewriter, bytes: Buffer, sizes: () => number): Passed {
  const out: Buffer[] = [];
  let stop: Stop | undefined;
  for (let at = 0; at < bytes.length && stop === undefined; ) {
    const size = sizes();
    const result = rewriter.push(bytes.subarray(at, at + size));
    out.push(Buffer.from(result.bytes));
    stop = result.stop;
    at += size;
  }
  const last = rewriter.end();
  return { bytes: Buffer.concat([...out, last.bytes]), stop: stop ?? last.stop };
}

function rewrite(api: string, stream: string, openChannel: OpenChannel = mask, size = 1 << 30): Passed {
  return pass(new SseRewriter({ api, openChannel }), Buffer.from(stream), () => size);
}

/** What the texts of a stream become, put together. */
function textsAfter(api: string, stream: string, size?: number): Record<string, string> {
  const { bytes, stop } = rewrite(api, stream, mask, size);
  expect(stop).toBeUndefined();
  return Object.fromEntries(textsOf(bytes));
}

const chat = 'chat.completions';

describe('SseRewriter', () => {
  it('passes what needs no change byte for byte, however it is written', () => {
    const streams = [
      ': comment\n\nid: 7\nretry: 5\nevent: x\ndata:  { "choices" :[{"delta":{"content":"\\u0061 \\/"}, "n":1.0e5}] }\n\n',
      'data: {"choices":[{"delta":{"content":"a"}}]}\r\n\r\ndata: [DONE]\r\n\r\n',
      'data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n',
      '\ufeffdata: {"choices":[]}\r\rdata:\r\r',
      'event: unknown\nfoo: bar\n\n\n\ndata\n\ndata: {"choices":[],"big":123456789012345678901234567890}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ud800 \\u0000 💶"}}]}\n\n',
    ];
    for (const stream of streams) {
      for (const size of [1, 2, 3, 7, 1000]) {
        expect(rewrite(chat, stream, same, size)).toEqual({ bytes: Buffer.from(stream), stop: undefined });
      }
    }
  });

  it('gives back the very chunk when nothing in it changes', () => {
    const chunk = Buffer.from(chatChunk({ content: 'a' }));
    expect(new SseRewriter({ api: chat, openChannel: same }).push(chunk).bytes).toBe(chunk);
  });

  it('sends what is held back in an event of the same make, before the end of the choice', () => {
    const stream =
      chatChunk({ role: 'assistant', content: 'call 07' }) +
      chatChunk({ content: '8' }) +
      chatChunk({}, { finish: 'stop' });
    expect(rewrite(chat, stream).bytes.toString()).toBe(
      chatChunk({ role: 'assistant', content: 'call ' }) +
        chatChunk({ content: '' }) +
        chatChunk({ content: '###' }) +
        chatChunk({}, { finish: 'stop' }),
    );
  });

  it('sends it in the last event itself, if that has a text', () => {
    const stream = chatChunk({ content: '1' }) + chatChunk({ content: '23' }, { finish: 'length' });
    expect(rewrite(chat, stream).bytes.toString()).toBe(
      chatChunk({ content: '' }) + chatChunk({ content: '###' }, { finish: 'length' }),
    );
  });

  it.each<[string, string]>([
    ['usage', sse({ id: 'chatcmpl-1', choices: [], usage: { total_tokens: 3 } })],
    ['the end mark', sse('[DONE]')],
    ['an error', sse({ error: { message: 'overloaded' } })],
    [
      'a tool call',
      chatChunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] }),
    ],
    ['other words', chatChunk({ refusal: 'no' })],
    ['the end of the stream', ''],
  ])('sends it before %s', (_, next) => {
    const { bytes } = rewrite(chat, chatChunk({ content: 'a12' }) + next);
    expect(bytes.toString()).toBe(chatChunk({ content: 'a' }) + chatChunk({ content: '##' }) + next);
  });

  it('keeps calls apart and their arguments JSON', () => {
    const call = (index: number, args: string, more = {}) =>
      chatChunk({ tool_calls: [{ index, ...more, function: { arguments: args } }] });
    const stream = [
      call(0, '{"a1":"b', { id: 'c0', type: 'function' }),
      call(1, '', { id: 'c1', type: 'function' }),
      call(0, '12'),
      call(1, '{'),
      call(1, '"n":12,"deep":["34'),
      call(0, '34"}'),
      call(1, '56"]}'),
      chatChunk({}, { finish: 'tool_calls' }),
    ].join('');
    expect(textsAfter(chat, stream)).toEqual({ '0/call 0': '{"a1":"b[N]"}', '0/call 1': '{"n":12,"deep":["[N]"]}' });
  });

  it('finishes a text when another one begins, but not when they take turns', () => {
    const think = (text: string) => chatChunk({ reasoning_content: text });
    const say = (text: string) => chatChunk({ content: text });
    const both = (a: string, b: string) => chatChunk({ reasoning_content: a, content: b });
    expect(textsAfter(chat, think('1') + say('2') + think('3') + say('4') + think('5') + say('6'))).toEqual({
      '0/reasoning_content': '###',
      '0/content': '###',
    });
    expect(textsAfter(chat, both('12', '34') + both('34', '56') + both('56', '78'))).toMatchObject({
      '0/reasoning_content': '[N]',
      '0/content': '[N]',
    });
  });

  it('is not misled by a chunk without choices in between', () => {
    const call = (args: string) => chatChunk({ tool_calls: [{ index: 0, function: { arguments: args } }] });
    const remark = sse({ id: 'chatcmpl-1', choices: [], prompt_filter_results: [] });
    const stream = [
      chatChunk({ content: '12' }),
      call('{"a":"12'),
      remark,
      chatChunk({ content: '34' }),
      call('34"}'),
    ].join('');
    expect(textsAfter(chat, stream)).toMatchObject({ '0/call 0': '{"a":"[N]"}' });
    expect(textsAfter(chat, chatChunk({ content: '12' }) + remark + chatChunk({ content: '34' }))).toEqual({
      '0/content': '[N]',
    });
  });

  it('empties what repeats the words that it changes', () => {
    const event = {
      choices: [{ index: 0, delta: { content: 'a1 ' }, logprobs: { content: [{ token: 'a1', logprob: -0.1 }] } }],
      obfuscation: 'x9',
    };
    expect(eventsOf(rewrite(chat, sse(event)).bytes)).toEqual([
      { choices: [{ index: 0, delta: { content: 'a# ' }, logprobs: null }] },
    ]);
    const harmless = sse({ ...event, choices: [{ ...event.choices[0], delta: { content: 'a' } }] });
    expect(rewrite(chat, harmless).bytes.toString()).toBe(harmless);
  });

  it('looks at what it does not know', () => {
    const stream =
      sse({
        choices: [{ index: 0, delta: { aside: 'a1', parts: [{ type: 'strange', words: 'b2' }] } }],
        citations: ['c3'],
      }) + sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    expect(JSON.stringify(eventsOf(rewrite(chat, stream).bytes))).not.toMatch(/[abc][0-9]/);
  });

  it('rewrites data in several lines, and leaves the other lines', () => {
    const stream =
      'id: 1\r\ndata: {"choices":[{"delta":\r\ndata: {"content":"a1 "}\r\n: note\r\ndata: }]}\r\nevent: x\r\n\r\n';
    const { bytes } = rewrite(chat, stream);
    expect(bytes.toString()).toBe(
      'id: 1\r\ndata: {"choices":[{"delta": {"content":"a# "} }]}\r\n: note\r\nevent: x\r\n\r\n',
    );
  });

  it.each<[string, string | Buffer, string]>([
    ['no JSON', 'data: {"choices":[\n\n', 'not valid JSON'],
    ['no object', 'data: "text"\n\n', 'not a JSON object'],
    ['no UTF-8', Buffer.concat([Buffer.from('data: {"a":"'), Buffer.from([0xff]), Buffer.from('"}\n\n')]), 'not UTF-8'],
    ['a name twice', 'data: {"choices":[],"choices":[]}\n\n', 'twice'],
    ['a deep one', `data: {"a":${'['.repeat(200)}${']'.repeat(200)}}\n\n`, 'nested'],
    ['one cut off', 'data: {"choices":[{"delta":{"content":"a', 'not valid JSON'],
  ])('fails at an event that is %s', (_, event, reason) => {
    const good = chatChunk({ content: 'a' });
    for (const size of [1, 10_000]) {
      const rewriter = new SseRewriter({ api: chat, openChannel: mask });
      const { bytes, stop } = pass(rewriter, Buffer.concat([Buffer.from(good), Buffer.from(event)]), () => size);
      expect(bytes.toString()).toBe(good);
      expect(stop).toMatchObject({ kind: 'failed', reason: expect.stringContaining(reason) });
      expect(rewriter.push(Buffer.from(good))).toMatchObject({ bytes: Buffer.alloc(0), stop });
    }
  });

  it('fails at an event that is too long, and at an API whose streams it does not know', () => {
    for (const size of [1, 50, 10_000]) {
      const rewriter = new SseRewriter({ api: chat, openChannel: mask, maxEventBytes: 250 });
      const good = chatChunk({ content: 'a' });
      const { bytes, stop } = pass(rewriter, Buffer.from(good + chatChunk({ content: 'x'.repeat(400) })), () => size);
      expect([bytes.toString(), stop?.kind]).toEqual([good, 'failed']);
    }
    expect(rewrite('embeddings', 'data: {}\n\n').stop).toMatchObject({ kind: 'failed' });
  });

  it('stops where a channel says so, without the event and with what stood before it at most', () => {
    let text = '';
    const open: OpenChannel = () => ({
      push: (piece) => {
        text += piece;
        return text.includes('bad') ? undefined : piece.replace('b', '');
      },
      end: () => 'held',
    });
    const stream =
      chatChunk({ content: 'fine' }) +
      chatChunk({ content: 'b' }) +
      chatChunk({ content: 'ad' }) +
      chatChunk({ content: 'x' });
    const { bytes, stop } = rewrite(chat, stream, open);
    expect(bytes.toString()).toBe(chatChunk({ content: 'fine' }) + chatChunk({ content: '' }));
    expect(stop).toEqual({ kind: 'blocked' });
    const upToBad: OpenChannel = () => ({
      last: 'so far ',
      push: (piece) => (piece.includes('bad') ? undefined : piece),
      end: () => '',
    });
    const blocked = rewrite(chat, ['a', 'b', 'so far bad'].map((content) => chatChunk({ content })).join(''), upToBad);
    expect(textsOf(blocked.bytes).get('0/content')).toBe('abso far ');
    const atEnd = rewrite(chat, chatChunk({ content: 'a' }), () => ({ push: (piece) => piece, end: () => undefined }));
    expect(atEnd.stop).toEqual({ kind: 'blocked' });
  });
});

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
});

describe('SseRewriter of completions', () => {
  it('rewrites each choice', () => {
    const chunk = (index: number, text: string, finish_reason: string | null = null) =>
      sse({ id: 'cmpl-1', object: 'text_completion', choices: [{ index, text, logprobs: null, finish_reason }] });
    const stream =
      chunk(0, 'a1') +
      chunk(1, '99') +
      chunk(0, '234') +
      chunk(1, '99', 'stop') +
      chunk(0, '', 'length') +
      sse('[DONE]');
    expect(textsAfter('completions', stream)).toEqual({ '0/text': 'a[N]', '1/text': '[N]' });
    expect(rewrite('completions', stream).bytes.toString()).toContain(chunk(0, '[N]') + chunk(0, '', 'length'));
  });
});

describe('SseRewriter of responses', () => {
  const event = (type: string, more: object) => named({ type: `response.${type}`, ...more } as never);
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const textDelta = (sequence_number: number, delta: string, more = {}) =>
    event('output_text.delta', { ...at, sequence_number, delta, logprobs: [], ...more });

  it('changes every text in the same way wherever it is said again', () => {
    const text = 'call 1234 or 12';
    const args = '{"ssn":"078-05","n":1234}';
    const response = {
      id: 'resp_1',
      object: 'response',
      instructions: 'be 7',
      error: null,
      tools: [],
      metadata: { a: '5' },
    };
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }],
    };
    const call = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f1', arguments: args };
    const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'so 42' }] };
    const reasoning = { item_id: 'rs_1', output_index: 2, summary_index: 0 };
    const of = (index: number) => ({ output_index: index });
    const stream = [
      event('created', { sequence_number: 0, response: { ...response, output: [] } }),
      event('output_item.added', { ...of(0), sequence_number: 1, item: { ...message, content: [] } }),
      event('content_part.added', {
        ...at,
        sequence_number: 2,
        part: { type: 'output_text', text: '', annotations: [] },
      }),
      textDelta(3, 'call 12', { obfuscation: 'a1' }),
      textDelta(4, '34 or 1', { logprobs: [{ token: '34', logprob: 0, top_logprobs: [] }] }),
      textDelta(5, '2'),
      event('output_text.done', { ...at, sequence_number: 6, text, logprobs: [{ token: '1234' }] }),
      event('content_part.done', { ...at, sequence_number: 7, part: message.content[0] }),
      event('output_item.done', { ...of(0), sequence_number: 8, item: message }),
      event('function_call_arguments.delta', { item_id: 'fc_1', ...of(1), sequence_number: 9, delta: '{"ssn":"07' }),
      event('function_call_arguments.delta', {
        item_id: 'fc_1',
        ...of(1),
        sequence_number: 10,
        delta: '8-05","n":1234}',
      }),
      event('function_call_arguments.done', {
        item_id: 'fc_1',
        ...of(1),
        sequence_number: 11,
        name: 'f1',
        arguments: args,
      }),
      event('output_item.done', { ...of(1), sequence_number: 12, item: call }),
      event('reasoning_summary_text.delta', { ...reasoning, sequence_number: 13, delta: 'so 42' }),
      event('reasoning_summary_text.done', { ...reasoning, sequence_number: 14, text: 'so 42' }),
      event('reasoning_summary_part.done', { ...reasoning, sequence_number: 15, part: thought.summary[0] }),
      event('output_item.done', { ...of(2), sequence_number: 16, item: thought }),
      event('completed', {
        sequence_number: 17,
        response: { ...response, output: [message, call, thought], usage: { total_tokens: 12 } },
      }),
    ].join('');
    for (const size of [1, 29, 100_000]) {
      const rewriter = new SseRewriter({ api: 'responses', openChannel: mask });
      const { bytes, stop } = pass(rewriter, Buffer.from(stream), () => size);
      expect(stop).toBeUndefined();
      expect(rewriter.nextSequenceNumber).toBe(18);
      const said = bytes.toString();
      const maskedText = 'call [N] or ##';
      const maskedArgs = '{"ssn":"###-##","n":1234}';
      expect(said.split(JSON.stringify(maskedText).slice(1, -1)).length - 1).toBe(4);
      expect(said.split(JSON.stringify(maskedArgs)).length - 1).toBe(3);
      expect(said.split('"so ##"').length - 1).toBe(4);
      expect(said.split('"be #"').length - 1).toBe(2);
      expect(said).not.toMatch(/call 12|or 1|078|so 4|be 7|obfuscation|"34"|"1234"/);
      expect(said).toContain('"metadata":{"a":"5"}');
      const deltas = eventsOf(bytes).filter(({ type }) => String(type).endsWith('.delta'));
      expect(deltas.filter(({ output_index }) => output_index === 0)).toEqual([
        { type: 'response.output_text.delta', ...at, sequence_number: 3, delta: 'call ', logprobs: [] },
        { type: 'response.output_text.delta', ...at, sequence_number: 4, delta: '[N] or ', logprobs: [] },
        { type: 'response.output_text.delta', ...at, sequence_number: 5, delta: '', logprobs: [] },
        { type: 'response.output_text.delta', ...at, sequence_number: 5, delta: '##', logprobs: [] },
      ]);
      const calls = deltas.filter(({ output_index }) => output_index === 1).map(({ delta }) => delta);
      expect(calls.join('')).toBe(maskedArgs);
    }
  });

  it.each<[string, object, object]>([
    ['refusal', { refusal: 'no 12' }, at],
    ['audio.transcript', {}, {}],
    ['code_interpreter_call_code', { code: 'no 12' }, { item_id: 'x', output_index: 0 }],
    ['custom_tool_call_input', { input: 'no 12' }, { item_id: 'x', output_index: 0 }],
    ['reasoning_text', { text: 'no 12' }, at],
    ['shell_call_command', { command: 'no 12' }, { output_index: 0, command_index: 1 }],
    ['mcp_call_arguments', { arguments: 'no 12' }, { item_id: 'x', output_index: 0 }],
    ['something_new', { words: 'no 12' }, { output_index: 0 }],
  ])('rewrites %s', (base, done, place) => {
    const stream =
      event(`${base}.delta`, { ...place, delta: 'no 1' }) +
      event(`${base}.delta`, { ...place, delta: '2' }) +
      event(`${base}.done`, { ...place, ...done });
    const { bytes } = rewrite('responses', stream);
    const events = eventsOf(bytes);
    expect(events.map(({ delta }) => delta ?? '').join('')).toBe('no ##');
    expect(events.at(-1)).toEqual(
      JSON.parse(JSON.stringify({ type: `response.${base}.done`, ...place, ...done }).replace('no 12', 'no ##')),
    );
  });

  it('rewrites what shells print, and leaves sounds and pictures alone', () => {
    const place = { item_id: 'x', output_index: 0, command_index: 0 };
    const stream =
      event('shell_call_output_content.delta', { ...place, delta: { stdout: 'so 1', stderr: 'se 1' } }) +
      event('shell_call_output_content.delta', { ...place, delta: { stdout: '2' } }) +
      event('shell_call_output_content.done', { ...place, output: [{ stdout: 'so 12', stderr: 'se 1' }] });
    const events = eventsOf(rewrite('responses', stream).bytes);
    expect(events.map(({ delta }) => delta)).toEqual([
      { stdout: 'so ', stderr: 'se ' },
      { stdout: '' },
      { stdout: '##' },
      { stderr: '#' },
      undefined,
    ]);
    const media =
      event('audio.delta', { sequence_number: 1, delta: '123AAA456' }) +
      event('image_generation_call.partial_image', {
        item_id: 'i1',
        partial_image_b64: '1234',
        partial_image_index: 0,
      });
    expect(rewrite('responses', media).bytes.toString()).toBe(media);
  });
});

describe('SseRewriter of images', () => {
  const picture = { b64_json: 'iVBORw0KGgo1234'.repeat(40), size: '1024x1024', quality: 'high', output_format: 'png' };

  it('rewrites what is said about pictures, and leaves them as they are', () => {
    const event = (type: string, more: object) => named({ type: `image_generation.${type}`, ...picture, ...more });
    const stream = (prompt: string) =>
      event('partial_image', { partial_image_index: 0 }) +
      event('completed', { revised_prompt: prompt, usage: { total_tokens: 1234 } });
    for (const size of [1, 50, 10_000]) {
      const { bytes, stop } = rewrite('images.generations', stream('a cat of 12345'), mask, size);
      expect([bytes.toString(), stop]).toEqual([stream('a cat of [N]'), undefined]);
    }
  });
});

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
