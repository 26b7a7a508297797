import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import { EventReader } from '../sse.ts';
import { usageOfBody } from './of-body.ts';
import type { Usage } from './usage.ts';
import { UsageReader } from './usage-reader.ts';

function read(api: string, ...events: readonly unknown[]): UsageReader {
  const reader = new UsageReader(api);
  for (const event of events) reader.event(event);
  return reader;
}

const delta = (text: string, usage?: object | null) => ({ choices: [{ index: 0, delta: { content: text } }], usage });
const finish = (reason = 'stop', index = 0) => ({ choices: [{ index, delta: {}, finish_reason: reason }] });
const chatUsage = (input: number, output: number) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

describe('UsageReader', () => {
  it('reads the chunk without choices that a chat ends with', () => {
    const reader = read(
      'chat.completions',
      delta('a', null),
      finish(),
      { choices: [], usage: chatUsage(9, 3) },
      '[DONE]',
    );
    expect(reader.current()).toMatchObject({ input: 9, output: 3, completeness: 'exact', source: 'provider' });
    expect(reader.finishReason).toBe('stop');
    expect(reader.isComplete).toBe(true);
  });

  it('reads usage on a chunk that has choices', () => {
    const last = { ...finish('length'), usage: { ...chatUsage(100, 3), prompt_tokens_details: { cached_tokens: 90 } } };
    expect(read('chat.completions', delta('a'), last).current()).toMatchObject({
      cachedInput: 90,
      completeness: 'exact',
    });
  });

  it('takes the last of cumulative figures, neither their sum nor the largest', () => {
    const events = [1, 5, 9, 7].map((output) => delta('x', chatUsage(40, output)));
    expect(read('chat.completions', ...events).current()).toMatchObject({
      input: 40,
      output: 7,
      completeness: 'partial',
    });
    expect(read('chat.completions', ...events, finish()).current()?.completeness).toBe('exact');
  });

  it('knows nothing of a stream whose usage stays null', () => {
    const reader = read('chat.completions', delta('a', null), delta('b', null), finish(), '[DONE]');
    expect(reader.current()).toBeUndefined();
    expect(reader.isComplete).toBe(true);
  });

  it('takes an explicit zero as said', () => {
    const zero = { choices: [], usage: chatUsage(0, 0) };
    expect(read('chat.completions', delta('a'), zero).current()).toMatchObject({ total: 0, completeness: 'exact' });
    const corrected = read('chat.completions', delta('a', chatUsage(5, 5)), zero).current();
    expect(corrected).toMatchObject({ input: 0, output: 0 });
  });

  it('waits for every choice', () => {
    const both = { choices: [0, 1].map((index) => ({ index, delta: { content: 'x' } })), usage: chatUsage(1, 1) };
    expect(read('chat.completions', both, finish('stop', 0)).isComplete).toBe(false);
    expect(read('chat.completions', both, finish('stop', 0), finish('stop', 1)).isComplete).toBe(true);
  });

  it('reads the usage that a vendor puts under a name of its own', () => {
    const last = { ...finish(), x_groq: { usage: chatUsage(3, 4) } };
    expect(read('chat.completions', last).current()).toMatchObject({ input: 3, output: 4 });
  });

  it('lets message_delta correct what message_start said, field by field', () => {
    const start = {
      type: 'message_start',
      message: { usage: { input_tokens: 34_824, output_tokens: 1, service_tier: 'standard' } },
    };
    const correction = {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: 3883, cache_read_input_tokens: 30_464, output_tokens: 200 },
    };
    const reader = read('messages', start, correction, { type: 'message_stop' });
    expect(reader.current()).toMatchObject({
      input: 34_347,
      cachedInput: 30_464,
      output: 200,
      serviceTier: 'standard',
      completeness: 'exact',
    });
    expect(reader.finishReason).toBe('end_turn');
  });

  it('keeps what message_delta does not repeat', () => {
    const usage = { input_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 0, output_tokens: 1 };
    const start = { type: 'message_start', message: { usage } };
    const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 0 } };
    expect(read('messages', start, end).current()).toMatchObject({ input: 15, cachedInput: 5, output: 0 });
    expect(read('messages', start).current()).toMatchObject({ input: 15, output: 1, completeness: 'partial' });
  });

  it('forgets how a sum of cache writes was split when another sum is said', () => {
    const split = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100 };
    const usage = { input_tokens: 1, cache_creation_input_tokens: 100, cache_creation: split, output_tokens: 1 };
    const start = { type: 'message_start', message: { usage } };
    const end = (creation: number) => ({ type: 'message_delta', usage: { cache_creation_input_tokens: creation } });
    expect(read('messages', start, end(100)).current()).toMatchObject({
      input: 101,
      cacheWrite1h: 100,
      cacheWrite5m: 0,
    });
    expect(read('messages', start, end(40)).current()).toMatchObject({ input: 41, cacheWrite1h: 0, cacheWrite5m: 40 });
    expect(read('messages', start, end(0)).current()).toMatchObject({ input: 1, cacheWrite1h: 0, cacheWrite5m: 0 });
  });

  it.each([
    ['response.completed', 'completed', {}, 'completed'],
    ['response.incomplete', 'incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'max_output_tokens'],
    ['response.failed', 'failed', {}, 'failed'],
  ])('reads %s', (type, status, more, reason) => {
    const usage = { input_tokens: 5, output_tokens: 6, total_tokens: 11 };
    const reader = read(
      'responses',
      { type: 'response.created', response: { usage: null, service_tier: 'auto' } },
      { type: 'response.output_text.delta', delta: 'x' },
      { type, response: { status, usage, service_tier: 'default', ...more } },
    );
    expect(reader.current()).toMatchObject({ input: 5, output: 6, serviceTier: 'default', completeness: 'exact' });
    expect(reader.finishReason).toBe(reason);
  });

  it('counts images and their tokens', () => {
    const usage = { input_tokens: 5, output_tokens: 1000, total_tokens: 1005 };
    const partial = { type: 'image_generation.partial_image', b64_json: 'x' };
    const reader = read('images.generations', partial, { type: 'image_generation.completed', usage });
    expect(reader.current()).toMatchObject({ images: 1, output: 1000, completeness: 'exact' });
    const free = read('images.generations', partial, { type: 'image_generation.completed' });
    expect(free.current()).toMatchObject({ images: 1, output: 0, source: 'counted' });
    expect(read('images.generations', partial).current()).toBeUndefined();
  });

  it('survives events that make no sense', () => {
    const odd = [null, 5, 'x', [], {}, { usage: 'x' }, { choices: [null, 5, {}] }, { choices: 'x' }, { response: [] }];
    const odder = [
      { type: 'message_start' },
      { type: 'message_start', message: null },
      { type: 'message_delta', delta: 3 },
    ];
    for (const api of ['chat.completions', 'completions', 'responses', 'messages', 'images.generations', 'unknown']) {
      expect(read(api, ...odd, ...odder).current()).toBeUndefined();
    }
  });

  it('reads a stream like the whole answer, however its bytes are cut', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const figures = () => random.below(1000);
      const [input, output] = [figures(), figures()];
      const details = { prompt_tokens_details: { cached_tokens: Math.min(input, figures()) } };
      const usage = { ...chatUsage(input, output), ...details };
      const whole = usageOfBody('chat.completions', { usage });
      const interim = delta('x', chatUsage(figures(), figures()));
      const events = [delta('ä'), interim, finish(), { choices: [], usage }];
      const bytes = Buffer.from(
        `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`,
      );
      expect(readInPieces('chat.completions', bytes, random)).toEqual(whole);

      const cached = figures();
      const messages = { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output };
      const start = { type: 'message_start', message: { usage: { input_tokens: figures(), output_tokens: 1 } } };
      const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: messages };
      const stream = Buffer.from([start, end].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
      expect(readInPieces('messages', stream, random)).toEqual(usageOfBody('messages', { usage: messages }));
    }
  });
});

function readInPieces(api: string, bytes: Buffer, random: Random): Usage | undefined {
  const events = new EventReader();
  const reader = new UsageReader(api);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(60);
    for (const { data } of events.push(bytes.subarray(at, end)))
      reader.event(data === '[DONE]' ? data : JSON.parse(data));
    at = end;
  }
  return reader.current();
}
