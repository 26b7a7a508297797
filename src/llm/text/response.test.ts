import { describe, expect, it } from 'vitest';
import { repetitionsIn, responseTexts } from './response.ts';
import { base64, shownTexts } from './testing/shown.ts';

const inResponse = (api: string, body: unknown) => shownTexts(responseTexts, api, body);

describe('responseTexts()', () => {
  it('finds the texts of every choice', () => {
    const message = {
      role: 'assistant',
      content: 'c',
      refusal: null,
      reasoning_content: 'r',
      annotations: [{ type: 'url_citation', url_citation: { title: 't', url: 'https://u.example', start_index: 1 } }],
      tool_calls: [{ id: 'x', type: 'function', function: { name: 'x', arguments: '{"to":"x@y"}' } }],
      audio: { id: 'x', data: base64, transcript: 'said' },
    };
    const choices = [
      { index: 0, message, finish_reason: 'stop', logprobs: { content: [{ token: 'never', logprob: -1 }] } },
      { index: 1, message: { role: 'assistant', content: 'c2' } },
    ];
    expect(inResponse('chat.completions', { id: 'x', object: 'o', model: 'm', choices, usage: {} })).toEqual([
      ...['assistant: c', 'reasoning: r', 'assistant: t', 'assistant: https://u.example', 'toolInput.to: x@y'],
      ...['assistant: said', 'assistant: c2'],
    ]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['completions', { choices: [{ text: 'a', index: 0, logprobs: { tokens: ['never'] } }] }, ['assistant: a']],
    ['messages', { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'm' }] }, ['assistant: m']],
    ['embeddings', { object: 'list', data: [{ object: 'embedding', embedding: base64 }], model: 'm' }, []],
    ['images.generations', { created: 1, data: [{ b64_json: 'never', revised_prompt: 'rp' }] }, ['assistant: rp']],
    ['responses.input_tokens', { object: 'response.input_tokens', input_tokens: 3 }, []],
    [
      'responses',
      {
        id: 'x',
        instructions: 'ins',
        error: { code: 'x', message: 'bad' },
        output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 's' }] }],
        text: { format: { type: 'text' }, verbosity: 'medium' },
        metadata: { a: 'never' },
      },
      ['system: ins', 'assistant: x', 'assistant: bad', 'reasoning: s'],
    ],
  ])('finds those of %s', (api, body, expected) => {
    expect(inResponse(api, body)).toEqual(expected);
  });

  it('says what repeats them', () => {
    expect(
      repetitionsIn({
        choices: [{ logprobs: { content: [] }, message: {} }, { logprobs: null }],
        output: [{ content: [{ type: 'output_text', logprobs: [{ token: 'a' }] }] }],
      }),
    ).toEqual([
      { path: ['choices', 0, 'logprobs'], to: 'null' },
      { path: ['output', 0, 'content', 0, 'logprobs'], to: '[]' },
    ]);
  });
});
