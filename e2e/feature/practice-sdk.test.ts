import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';

let practice: Practice;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  practice = await startPractice({ expectedKeysByAccount: { first: ['sk-right'], strict: ['sk-right'] } });
  openai = new OpenAI({ apiKey: 'sk-right', baseURL: `${practice.url}/first/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: 'sk-any', baseURL: `${practice.url}/second`, maxRetries: 0 });
});
beforeEach(() => practice.clear());
afterAll(() => practice.close());

const user = (content: string) => [{ role: 'user' as const, content }];

describe('The official OpenAI client', () => {
  it('reads a chat completion with its usage', async () => {
    const answer = await openai.chat.completions.create({ model: 'any', messages: user('Hello there!') });
    expect(answer.choices[0]?.message.content).toBe('You said: Hello there!');
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 6, total_tokens: 9 });
    expect(answer._request_id).toMatch(/^req_/);
  });

  it('reads a chat completion stream in several chunks, with usage when it asks for it', async () => {
    const stream = await openai.chat.completions.create({
      model: 'any',
      messages: user('Hello there!'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts: string[] = [];
    let total: number | undefined;
    for await (const chunk of stream) {
      texts.push(chunk.choices[0]?.delta.content ?? '');
      total = chunk.usage?.total_tokens ?? total;
    }
    expect(texts.filter((text) => text !== '')).toEqual(['You', ' said:', ' Hello', ' there!']);
    expect(total).toBe(9);
  });

  it('is told that the token limit ended the answer', async () => {
    const answer = await openai.chat.completions.create({
      model: 'any',
      messages: user('Hi'),
      max_completion_tokens: 1,
    });
    expect(answer.choices[0]).toMatchObject({ message: { content: 'You ' }, finish_reason: 'length' });
  });

  it('reads completions, streamed and not', async () => {
    const answer = await openai.completions.create({ model: 'any', prompt: 'Hi' });
    expect(answer.choices[0]?.text).toBe('You said: Hi');
    const stream = await openai.completions.create({ model: 'any', prompt: 'Hi', stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe('You said: Hi');
  });

  it('decodes embeddings, which it asks for in base64, to what plain numbers say', async () => {
    const decoded = await openai.embeddings.create({ model: 'any', input: ['one', 'two'], dimensions: 8 });
    const plain = await openai.embeddings.create({
      model: 'any',
      input: 'two',
      dimensions: 8,
      encoding_format: 'float',
    });
    expect(decoded.data).toHaveLength(2);
    expect(decoded.data[1]?.embedding).toEqual(plain.data[0]?.embedding);
    expect(decoded.data[0]?.embedding).not.toEqual(plain.data[0]?.embedding);
    expect(practice.requests[0]?.body).toMatchObject({ encoding_format: 'base64' });
  });

  it('reads a response, its text and its usage', async () => {
    const answer = await openai.responses.create({ model: 'any', input: 'Hello' });
    expect(answer.output_text).toBe('You said: Hello');
    expect(answer.usage?.total_tokens).toBe(6);
  });

  it('puts a streamed response together again', async () => {
    const stream = openai.responses.stream({ model: 'any', input: 'Hello' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect((await stream.finalResponse()).output_text).toBe('You said: Hello');
    expect(types.at(0)).toBe('response.created');
    expect(types.filter((type) => type === 'response.output_text.delta')).toHaveLength(3);
    expect(types.at(-1)).toBe('response.completed');
  });

  it('reads images and models', async () => {
    const images = await openai.images.generate({ prompt: 'a pixel', n: 2 });
    expect(
      images.data?.map((image) =>
        Buffer.from(image.b64_json ?? '', 'base64')
          .subarray(1, 4)
          .toString(),
      ),
    ).toEqual(['PNG', 'PNG']);
    const models = await openai.models.list();
    expect(models.data.map(({ id }) => id)).toContain('practice-mini');
    expect((await openai.models.retrieve('practice-mini')).object).toBe('model');
  });

  it('sees the errors it knows', async () => {
    const stranger = openai.withOptions({ apiKey: 'sk-wrong' });
    const ask = (client: OpenAI, model: string) => client.chat.completions.create({ model, messages: user('Hi') });
    await expect(ask(stranger, 'any')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(ask(openai, 'fail-429')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(ask(openai, 'fail-500')).rejects.toMatchObject({ status: 500, type: 'server_error' });
    await expect(ask(openai, 'cut-before-headers')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });

  it('gets its answer by its own retry after one failure', async () => {
    practice.behave({ account: 'first', fault: { kind: 'status', status: 503 }, times: 1 });
    const patient = openai.withOptions({ maxRetries: 1 });
    const answer = await patient.chat.completions.create({ model: 'any', messages: user('Hi') });
    expect(answer.choices[0]?.message.content).toBe('You said: Hi');
    expect(practice.requests.map(({ account }) => account)).toEqual(['first', 'first']);
  });

  it('throws on an error as the first event of a stream', async () => {
    practice.behave({ fault: { kind: 'first-event-error' } });
    const stream = await openai.chat.completions.create({ model: 'any', messages: user('Hi'), stream: true });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});

describe('The official Anthropic client', () => {
  const ask = (model: string) => anthropic.messages.create({ model, max_tokens: 50, messages: user('Hello there!') });

  it('reads a message with its usage', async () => {
    const answer = await ask('any');
    expect(answer.content).toEqual([{ type: 'text', text: 'You said: Hello there!' }]);
    expect(answer).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 3, output_tokens: 6 } });
    expect(answer._request_id).toMatch(/^req_/);
  });

  it('puts a streamed message together again', async () => {
    const stream = anthropic.messages.stream({ model: 'any', max_tokens: 50, messages: user('Hello there!') });
    const texts: string[] = [];
    stream.on('text', (text) => texts.push(text));
    const answer = await stream.finalMessage();
    expect(texts).toEqual(['You', ' said:', ' Hello', ' there!']);
    expect(answer).toMatchObject({ stop_reason: 'end_turn', usage: { input_tokens: 3, output_tokens: 6 } });
  });

  it('counts tokens and lists models', async () => {
    const count = await anthropic.messages.countTokens({ model: 'any', system: 'Be brief', messages: user('Hi') });
    expect(count.input_tokens).toBe(3);
    const models = await anthropic.models.list();
    expect(models.data.map(({ id }) => id)).toContain('claude-practice');
  });

  it('sees the errors it knows', async () => {
    await expect(ask('fail-429')).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await expect(ask('fail-529')).rejects.toMatchObject({ status: 529, type: 'overloaded_error' });
    await expect(ask('cut-before-headers')).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
  });

  it('sends its key as a bearer, which a strict account refuses: there the key stands in x-api-key', async () => {
    const question = { model: 'any', max_tokens: 50, messages: user('Hi') };
    const strict = { baseURL: `${practice.url}/strict`, maxRetries: 0 };
    const asBearer = new Anthropic({ ...strict, apiKey: 'sk-right' });
    await expect(asBearer.messages.create(question)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    expect(practice.requests[0]?.headers).not.toHaveProperty('x-api-key');
    expect(practice.requests[0]?.headers.authorization).toBe('Bearer sk-right');

    const withHeader = (key: string) =>
      new Anthropic({ ...strict, apiKey: null, defaultHeaders: { 'x-api-key': key, authorization: null } });
    expect((await withHeader('sk-right').messages.create(question)).role).toBe('assistant');
    await expect(withHeader('sk-wrong').messages.create(question)).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    );
  });

  it('throws on an error as the first event of a stream, and on a stream that is cut', async () => {
    const stream = (model: string) =>
      anthropic.messages.stream({ model, max_tokens: 50, messages: user('Hi') }).finalMessage();
    practice.behave({ fault: { kind: 'first-event-error' }, times: 1 });
    await expect(stream('any')).rejects.toBeInstanceOf(Anthropic.APIError);
    await expect(stream('cut-after-1')).rejects.toThrow();
  });
});
