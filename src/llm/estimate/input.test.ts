import { describe, expect, it } from 'vitest';
import { estimateInput } from './input.ts';
import { countedTexts } from './testing/counted-texts.ts';

function estimate(api: string, json: object, text = JSON.stringify(json)): number {
  return estimateInput(api, Buffer.from(text), json);
}

const chat = (...contents: unknown[]) => ({
  model: 'm',
  messages: contents.map((content) => ({ role: 'user', content })),
});
const escaped = (text: string) =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('estimateInput()', () => {
  it.each(countedTexts)('is off by at most 15 % for $name', ({ tokens, text }) => {
    const envelope = 8;
    const json = chat(text);
    expect(Math.abs(estimate('chat.completions', json) / (tokens + envelope) - 1)).toBeLessThan(0.15);
    const many = chat(...Array.from({ length: 40 }, () => text));
    expect(Math.abs(estimate('chat.completions', many) / (40 * (tokens + 4)) - 1)).toBeLessThan(0.15);
    expect(estimate('chat.completions', json, escaped(JSON.stringify(json)))).toBe(estimate('chat.completions', json));
  });

  it('is off by at most 6 % over all of them', () => {
    const json = chat(...countedTexts.map(({ text }) => text));
    const tokens = countedTexts.reduce((sum, each) => sum + each.tokens + 4, 0);
    expect(Math.abs(estimate('responses', { model: 'm', input: json.messages }) / tokens - 1)).toBeLessThan(0.06);
  });

  it('takes the same text for the same tokens, wherever it lies in memory', () => {
    const json = chat(...countedTexts.map(({ text }) => text));
    const body = Buffer.from(JSON.stringify(json));
    const expected = estimateInput('chat.completions', body, json);
    for (let shift = 0; shift < 8; shift++) {
      const room = Buffer.alloc(body.length + 16);
      body.copy(room, shift);
      expect(estimateInput('chat.completions', room.subarray(shift, shift + body.length), json)).toBe(expected);
    }
  });

  it('counts the tokens of lists of tokens exactly', () => {
    expect(estimate('embeddings', { input: [1, 2, 3] })).toBe(3);
    expect(estimate('embeddings', { input: [[1, 2], [3]] })).toBe(3);
    expect(estimate('completions', { prompt: [5, 6] })).toBe(2);
    expect(estimate('embeddings', { input: ['one two', 'three'] })).toBeGreaterThan(3);
  });

  it('takes media for as much as it costs, not for text', () => {
    const base64 = Buffer.alloc(300_000, 0xa5).toString('base64');
    const url = `data:image/png;base64,${base64}`;
    const image = { type: 'image_url', image_url: { url } };
    const tokens = estimate('chat.completions', chat([{ type: 'text', text: 'What is it?' }, image]));
    expect(tokens).toBeGreaterThan(1_200);
    expect(tokens).toBeLessThan(1_300);
    const source = { type: 'base64', media_type: 'image/png', data: base64 };
    const messages = chat([
      { type: 'image', source },
      { type: 'tool_result', content: [{ type: 'image', source }] },
    ]);
    expect(estimate('messages', messages)).toBeGreaterThan(2_400);
    expect(estimate('messages', messages)).toBeLessThan(3_200);
    const audio = { type: 'input_audio', input_audio: { data: base64, format: 'wav' } };
    expect(estimate('chat.completions', chat([audio]))).toBeLessThan(1_300);
    const remote = { type: 'input_image', image_url: 'https://example.com/a.png' };
    expect(estimate('responses', { input: [{ role: 'user', content: [remote] }] })).toBeGreaterThan(1_200);
  });

  it.each([
    ['image_url', 1_200],
    ['input_image', 1_200],
    ['image', 1_200],
    ['input_audio', 1_000],
    ['file', 3_000],
    ['input_file', 3_000],
    ['document', 3_000],
  ])('takes a part of the type %s that it cannot see for %d', (type, tokens) => {
    const nearly = (json: object) => Math.round(estimate('chat.completions', json) / 100) * 100;
    const part = { type, file_id: 'f' };
    expect(nearly(chat([part]))).toBe(tokens);
    expect(nearly({ input: [{ type: 'function_call_output', output: [part, part] }] })).toBe(2 * tokens);
  });

  it('counts documents that are text where they stand', () => {
    const document = (source: object) => estimate('messages', chat([{ type: 'document', source }]));
    expect(document({ type: 'text', media_type: 'text/plain', data: 'hello' })).toBeLessThan(100);
    expect(document({ type: 'content', content: 'hello' })).toBeLessThan(100);
    expect(document({ type: 'url', url: 'https://papers.example/a.pdf' })).toBeGreaterThan(3_000);
  });

  it('counts text that only looks like media', () => {
    const text = 'a'.repeat(100_000);
    expect(estimate('chat.completions', chat(text))).toBeGreaterThan(4_000);
    expect(
      estimate('chat.completions', chat([{ type: 'text', text: `data:image/png;base64,${text}` }])),
    ).toBeGreaterThan(4_000);
    const spoken = { type: 'image_url', image_url: { url: 'so many words '.repeat(1000) } };
    expect(estimate('chat.completions', chat([spoken]))).toBeGreaterThan(3_000);
  });

  it('makes more of a text for APIs whose tokenizers do', () => {
    const json = chat('Once upon a time there was a gateway.');
    expect(estimate('messages', json)).toBe(Math.ceil(estimate('chat.completions', json) * 1.2));
  });

  it('takes a quarter of the bytes of what it does not know', () => {
    expect(estimateInput('unknown', Buffer.alloc(1001), undefined)).toBe(251);
    expect(estimateInput('chat.completions', Buffer.alloc(1001), undefined)).toBe(251);
    expect(estimate('audio.speech', { a: 1 })).toBe(2);
  });

  it('takes nothing for counting tokens', () => {
    expect(estimate('messages.count_tokens', chat('hello'))).toBe(0);
    expect(estimate('responses.input_tokens', { input: 'hello' })).toBe(0);
  });

  it('never takes a text for nothing, whatever it is made of', () => {
    const odd = [
      '\\u'.repeat(5000),
      ' '.repeat(9000),
      '\u0000'.repeat(3000),
      '"'.repeat(5000),
      'я'.repeat(5000),
      '文'.repeat(5000),
    ];
    for (const text of odd) expect(estimate('chat.completions', chat(text))).toBeGreaterThan(100);
    for (const text of ['{"messages":"\\u12', '{"a":"\\', '']) {
      expect(estimateInput('chat.completions', Buffer.from(text), {})).toBeGreaterThanOrEqual(0);
    }
  });
});
