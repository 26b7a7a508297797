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

const citySchema = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] };
const city = { city: 'practice' };

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

  it('is called for a tool, streamed and not, and told its result', async () => {
    const weather = { type: 'function' as const, function: { name: 'weather', parameters: citySchema } };
    const question = { model: 'any', messages: user('call weather'), tools: [weather] };
    const answer = await openai.chat.completions.create(question);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const stream = openai.chat.completions.stream(question);
    const { message, finish_reason: reason } = (await stream.finalChatCompletion()).choices[0] ?? {};
    expect(reason).toBe('tool_calls');
    const [call] = message?.tool_calls ?? [];
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather', arguments: JSON.stringify(city) } });
    const after = await openai.chat.completions.create({
      ...question,
      messages: [
        ...question.messages,
        { role: 'assistant', tool_calls: message?.tool_calls ?? [] },
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'sunny' },
      ],
    });
    expect(after.choices[0]?.message.content).toBe('The tool said: sunny');
    const forced = await openai.chat.completions.create({ ...question, messages: user('Hi'), tool_choice: weather });
    expect(forced.choices[0]?.finish_reason).toBe('stop');
    expect(forced.choices[0]?.message.tool_calls).toHaveLength(1);
  });

  it('is called for several tools by a response, streamed and not, and told the result', async () => {
    const tools = ['weather', 'time'].map((name) => ({
      type: 'function' as const,
      name,
      parameters: citySchema,
      strict: false,
    }));
    const question = { model: 'any', input: 'call time and call weather', tools };
    const answer = await openai.responses.create(question);
    const streamed = await openai.responses.stream(question).finalResponse();
    for (const { output } of [answer, streamed]) {
      expect(output.map((item) => (item.type === 'function_call' ? [item.name, item.arguments] : item.type))).toEqual([
        ['time', JSON.stringify(city)],
        ['weather', JSON.stringify(city)],
      ]);
    }
    const calls = answer.output.filter((item) => item.type === 'function_call');
    const results = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'noon' }));
    const after = await openai.responses.create({
      ...question,
      input: [{ role: 'user', content: 'call time' }, ...calls, ...results],
    });
    expect(after.output_text).toBe('The tool said: noon');
  });

  it('gets JSON of the shape that it asks for', async () => {
    const described = { name: 'place', schema: citySchema };
    const answer = await openai.chat.completions.create({
      model: 'any',
      messages: user('Hi'),
      response_format: { type: 'json_schema', json_schema: described },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(city);
    const response = await openai.responses.create({
      model: 'any',
      input: 'Hi',
      text: { format: { type: 'json_schema', ...described } },
    });
    expect(JSON.parse(response.output_text)).toEqual(city);
    const any = (text: string) =>
      openai.chat.completions.create({
        model: 'any',
        messages: user(text),
        response_format: { type: 'json_object' },
      });
    expect(JSON.parse((await any('as JSON')).choices[0]?.message.content ?? '')).toEqual({ said: 'You said: as JSON' });
    await expect(any('Hi')).rejects.toThrow("must contain the word 'json'");
  });

  it('reads several completions, of texts and of tokens', async () => {
    const answer = await openai.completions.create({ model: 'any', prompt: ['one', 'two'] });
    expect(answer.choices.map(({ text, index }) => [text, index])).toEqual([
      ['You said: one', 0],
      ['You said: two', 1],
    ]);
    const ofTokens = await openai.completions.create({ model: 'any', prompt: [1, 2] });
    expect(ofTokens).toMatchObject({ choices: [{ text: 'You said: 1 2' }], usage: { prompt_tokens: 2 } });
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

describe("The official OpenAI client's responses", () => {
  it('fail as OpenAI lets them fail', async () => {
    practice.behave({ fault: { kind: 'first-event-error' } });
    const types: string[] = [];
    const read = async () => {
      const stream = await openai.responses.create({ model: 'any', input: 'Hi', stream: true });
      for await (const { type } of stream) types.push(type);
    };
    await expect(read()).rejects.toMatchObject({ code: 'server_error', type: 'server_error', param: null });
    expect(types).toEqual(['response.created', 'response.in_progress']);
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

  it('is called for tools, streamed and not, and told a result', async () => {
    const tools = ['weather', 'time'].map((name) => ({ name, input_schema: citySchema }));
    const question = { model: 'any', max_tokens: 50, messages: user('call time and call weather'), tools };
    const answer = await anthropic.messages.create(question);
    const streamed = await anthropic.messages.stream(question).finalMessage();
    for (const { content, stop_reason: reason } of [answer, streamed]) {
      expect(content).toMatchObject([
        { type: 'tool_use', name: 'time', input: city },
        { type: 'tool_use', name: 'weather', input: city },
      ]);
      expect(reason).toBe('tool_use');
    }
    const results = answer.content.map((block) => ({
      type: 'tool_result' as const,
      tool_use_id: block.type === 'tool_use' ? block.id : '',
      content: 'noon',
    }));
    const after = await anthropic.messages.create({
      ...question,
      messages: [
        ...question.messages,
        { role: 'assistant', content: answer.content },
        { role: 'user', content: results },
      ],
    });
    expect(after.content).toMatchObject([{ type: 'text', text: 'The tool said: noon noon' }]);
    const forced = await anthropic.messages.create({
      ...question,
      messages: user('Hi'),
      tool_choice: { type: 'any' },
    });
    expect(forced.stop_reason).toBe('tool_use');
  });

  it('gets JSON of the shape that it asks for', async () => {
    const answer = await anthropic.messages.create({
      model: 'any',
      max_tokens: 50,
      messages: user('Hi'),
      output_config: { format: { type: 'json_schema', schema: citySchema } },
    });
    expect(answer.content).toMatchObject([{ type: 'text', text: JSON.stringify(city) }]);
  });

  it('may let the system speak in the middle of a conversation, but not first', async () => {
    const system = { role: 'system' as const, content: 'Be brief.' };
    const say = (messages: Anthropic.MessageParam[]) =>
      anthropic.messages.create({ model: 'any', max_tokens: 50, messages });
    expect((await say([...user('Hi'), system])).content).toMatchObject([{ text: 'You said: Hi' }]);
    await expect(say([system, ...user('Hi')])).rejects.toBeInstanceOf(Anthropic.BadRequestError);
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
