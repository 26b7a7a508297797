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
