import { describe, expect, it } from 'vitest';
import { SseRewriter } from './rewriter.ts';
import { mask, pass, rewrite } from './testing/rewrite.ts';
import { eventsOf, named } from './testing/streams.ts';

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
      expect(rewriter.place.nextNumber).toBe(18);
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

  it('says what was held back where it belongs, and leaves ids as they are', () => {
    const place = { item_id: 'sh_12345', output_index: 1, command_index: 2 };
    const command = (kind: string, more: object) => event(`shell_call_command.${kind}`, { ...place, ...more });
    const about = { call_id: 'call_12345', name: 'tool_12345', logprobs: [{ token: '12345' }] };
    const end = command('done', { call_id: 'call_12345' });
    expect(rewrite('responses', command('delta', { delta: 'ls 12', ...about }) + end).bytes.toString()).toBe(
      command('delta', { delta: 'ls ', ...about, logprobs: [] }) +
        command('delta', { delta: '##', logprobs: [] }) +
        end,
    );
    expect(rewrite('responses', command('delta', { delta: 'ls', ...about })).bytes.toString()).toBe(
      command('delta', { delta: 'ls', ...about }),
    );
  });

  it.each([
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.reasoning_summary_part.done',
    'response.completed',
    'response.incomplete',
    'response.failed',
    'response.cancelled',
    'error',
  ])('says what was held back before %s', (type) => {
    const end = named({ type, ...at });
    expect(rewrite('responses', textDelta(1, 'a12') + end).bytes.toString()).toBe(
      textDelta(1, 'a') + textDelta(1, '##') + end,
    );
  });

  it('holds on to it while something else is done', () => {
    const end = named({ type: 'response.output_item.done', output_index: 1 } as { type: string });
    expect(rewrite('responses', textDelta(1, 'a12') + end).bytes.toString()).toBe(
      textDelta(1, 'a') + end + textDelta(1, '##'),
    );
  });
});
