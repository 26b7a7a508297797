import { describe, expect, it } from 'vitest';
import { OutputCounter } from './output-counter.ts';
import { PassedText } from './passed-text.ts';

function tokensOf(api: string, ...pieces: string[]): number {
  const passed = new PassedText(api);
  for (const piece of pieces) passed.bytes(Buffer.from(piece));
  return passed.tokens;
}

const prose = 'The quick brown fox jumps over the lazy dog and then rests a while in the shade of the old oak tree.';

describe('PassedText', () => {
  it.each([
    ['chat.completions', `data: {"choices":[{"delta":{"content":${JSON.stringify(prose)}}}]}\n\n`],
    ['completions', `data: {"choices":[{"text":${JSON.stringify(prose)}}]}\n\n`],
    ['responses', `data: {"type":"response.output_text.delta","delta":${JSON.stringify(prose)}}\n\n`],
    ['messages', `data: {"delta":{"type":"text_delta","text":${JSON.stringify(prose)}}}\n\n`],
  ])('counts what a model writes in a stream of %s', (api, event) => {
    expect(tokensOf(api, event)).toBeGreaterThan(15);
    expect(tokensOf(api, event)).toBeLessThan(35);
    expect(tokensOf(api, event, event)).toBeGreaterThan(30);
  });

  const counted: Readonly<Record<string, readonly string[]>> = {
    'chat.completions': ['content', 'refusal', 'reasoning', 'reasoning_content', 'arguments'],
    completions: ['text'],
    responses: ['delta'],
    messages: ['text', 'thinking', 'partial_json'],
  };
  const whole = new OutputCounter();
  whole.text(prose);

  it.each(Object.entries(counted))('counts in %s %j, and nothing else', (api, members) => {
    for (const member of members) {
      expect(tokensOf(api, `{"${member}":${JSON.stringify(prose)}}`), member).toBe(whole.tokens);
      expect(tokensOf(api, `{"${member}": ${JSON.stringify(prose)}, "id": "x"}`), member).toBe(whole.tokens);
    }
    const others = [...new Set(Object.values(counted).flat()), 'id', 'name', 'role', 'model', 'item_id', 'signature'];
    for (const member of others.filter((each) => !members.includes(each))) {
      expect(tokensOf(api, `{"${member}":${JSON.stringify(prose)}}`), member).toBe(0);
    }
  });

  it('counts every choice and every call of a tool, and of a text that is cut what has come', () => {
    const calls = [1, 2].map((index) => ({ index, function: { arguments: prose } }));
    const choices = [{ delta: { content: prose } }, { delta: { content: null, tool_calls: calls } }];
    const twice = new OutputCounter();
    for (let n = 0; n < 3; n++) twice.text(prose);
    expect(tokensOf('chat.completions', `data: ${JSON.stringify({ choices })}\n\n`)).toBe(twice.tokens);
    const cut = `data: {"choices":[{"delta":{"content":"${prose}`;
    expect(tokensOf('chat.completions', cut)).toBe(whole.tokens);
    expect(tokensOf('chat.completions', `${cut}\\`)).toBe(whole.tokens);
  });

  it('counts what is written with escapes as what it means', () => {
    const text = '这是一个用来测试的中文句子。\n\tif (x) { return "\\\\"; } 🎉';
    const json = JSON.stringify(text);
    const ascii = json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    expect(ascii).toContain('\\u8fd9');
    const counter = new OutputCounter();
    counter.text(text);
    for (const form of [json, ascii]) expect(tokensOf('completions', `{"text":${form}}`)).toBe(counter.tokens);
  });

  it('does not count what repeats it, nor names and ids', () => {
    expect(
      tokensOf('responses', `data: {"type":"response.output_text.done","text":${JSON.stringify(prose)}}\n\n`),
    ).toBe(0);
    expect(tokensOf('chat.completions', 'data: {"id":"chatcmpl-123456789","model":"gpt-4o"}\n\n')).toBe(0);
  });

  it('knows nothing of other APIs, and takes any bytes', () => {
    expect(tokensOf('embeddings', '"text":"abc"')).toBe(0);
    const passed = new PassedText('messages');
    passed.bytes(Buffer.from([0x22, 0xff, 0xfe, 0x00]));
    passed.bytes(Buffer.from(`"text":"${'\\'.repeat(9_999)}`));
    expect(passed.tokens).toBeGreaterThanOrEqual(0);
  });
});
