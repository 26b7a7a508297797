import { describe, expect, it } from 'vitest';
import type { OpenChannel } from './channel.ts';
import { SseRewriter } from './rewriter.ts';
import { mask, pass, rewrite, same, textsAfter } from './testing/rewrite.ts';
import { chatChunk, eventsOf, sse, textsOf } from './testing/streams.ts';

const chat = 'chat.completions';

describe('SseRewriter', () => {
  it('passes what needs no change byte for byte, however it is written', () => {
    const streams = [
      ': comment\n\nid: 7\nretry: 5\nevent: x\ndata:  { "choices" :[{"delta":{"content":"\\u0061 \\/"}, "n":1.0e5}] }\n\n',
      'data: {"choices":[{"delta":{"content":"a"}}]}\r\n\r\ndata: [DONE]\r\n\r\n',
      'data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n',
      '\ufeffdata: {"choices":[]}\r\rdata:\r\r',
      'event: unknown\nid\n\n\n\ndata\n\ndata: {"choices":[],"big":123456789012345678901234567890}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ud800 \\u0000 💶"}}]}\n\n',
    ];
    for (const stream of streams) {
      for (const size of [1, 2, 3, 7, 1000]) {
        expect(rewrite(chat, stream, same, size)).toEqual({ bytes: Buffer.from(stream), stop: undefined });
      }
    }
  });

  it('leaves out lines that are no fields, and fails where there is nothing else', () => {
    const kept = ': ping\n\nevent: x\n\ndata: {"choices":[{"delta":{"content":"a"}}]}\n\n';
    const stray = ': ping\nfoo: bar\n\nbaz\nevent: x\n\ndata: {"choices":[{"delta":{"content":"a"}}]}\nidentity: b\n\n';
    for (const size of [1, 3, 1000]) {
      expect(rewrite(chat, stray, same, size)).toEqual({ bytes: Buffer.from(kept), stop: undefined });
      for (const alone of ['<html>secret</html>\n\n', '{"choices":[]}\r\n\r\n', 'foo: bar', 'datum: x\n\n']) {
        const { bytes, stop } = rewrite(chat, kept + alone, same, size);
        expect(bytes.toString(), alone).toBe(kept);
        expect(stop, alone).toMatchObject({ kind: 'failed' });
      }
    }
  });

  it('passes lines that are no fields where nobody looks at texts', () => {
    const stream = 'foo: bar\n\ndata: {"choices":[]}\nbaz\n\n';
    const rewriter = new SseRewriter({ api: chat });
    expect(Buffer.concat([rewriter.push(Buffer.from(stream)).bytes, rewriter.end().bytes]).toString()).toBe(stream);
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

  it('puts the words of a choice together whatever stands between them, as clients do', () => {
    const say = (text: string) => chatChunk({ content: text });
    const others = [
      chatChunk({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] }),
      chatChunk({ refusal: 'no' }),
      chatChunk({ reasoning_content: 'so' }),
      chatChunk({ audio: { transcript: 'so' } }),
    ];
    for (const other of others) {
      expect(textsAfter(chat, say('12') + other + say('34'))['0/content'], other).toBe('[N]');
      const { bytes } = rewrite(chat, say('a12') + other + chatChunk({}, { finish: 'stop' }));
      expect(bytes.toString()).toBe(say('a') + other + say('##') + chatChunk({}, { finish: 'stop' }));
    }
  });

  it.each<[string, object]>([
    ['words', { content: 'a' }],
    ['a refusal', { refusal: 'a' }],
    ['a call', { tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }] }],
  ])('sends what is left of thoughts before %s, since they would be shown behind it', (_, delta) => {
    const think = (text: string) =>
      chatChunk({ reasoning: text, reasoning_details: [{ type: 'reasoning.text', text, index: 0 }] });
    const { bytes } = rewrite(chat, think('12') + chatChunk(delta));
    const events = eventsOf(bytes).map((event) => JSON.stringify(event));
    expect(events.findLastIndex((event) => event.includes('##'))).toBe(events.length - 2);
    expect(events.join('').split('##')).toHaveLength(3);
  });

  it('puts thoughts together that take turns with words', () => {
    const think = (text: string) => chatChunk({ reasoning_content: text });
    const say = (text: string) => chatChunk({ content: text });
    const both = (a: string, b: string) => chatChunk({ reasoning_content: a, content: b });
    const reverse = (a: string, b: string) => chatChunk({ content: b, reasoning_content: a });
    expect(textsAfter(chat, think('12') + say('12') + think('34') + say('34') + think('56') + say('56'))).toEqual({
      '0/reasoning_content': '##[N]',
      '0/content': '[N]',
    });
    for (const event of [both, reverse]) {
      expect(textsAfter(chat, event('12', '34') + event('34', '56') + event('56', '78'))).toMatchObject({
        '0/reasoning_content': '[N]',
        '0/content': '[N]',
      });
    }
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
