import { eventsOf, textsOf } from '../../src/llm/stream/testing/streams.ts';

/** Bodies of an API of the gateway around one text, as callers send and providers answer them. */
export interface ApiShape {
  readonly name: string;
  readonly path: string;
  request(text: string, isStream: boolean): object;
  /** Undefined: answers of this API hold no text. */
  readonly answer: ((text: string) => object) | undefined;
  /** Events of a stream that brings the text in these pieces; undefined: the API has no streams. */
  readonly stream: ((pieces: readonly string[]) => readonly string[]) | undefined;
}

const done = 'data: [DONE]\n\n';

function chunk(choice: object): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chunk', model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`;
}

function named(data: { readonly type: string; readonly [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export const chat: ApiShape = {
  name: 'chat.completions',
  path: '/v1/chat/completions',
  request: (text, stream) => ({ model: 'm', stream, messages: [{ role: 'user', content: text }] }),
  answer: (content) => ({ id: 'c', choices: [{ index: 0, message: { role: 'assistant', content } }] }),
  stream: (pieces) => [
    chunk({ delta: { role: 'assistant', content: '' }, finish_reason: null }),
    ...pieces.map((content) => chunk({ delta: { content }, finish_reason: null })),
    chunk({ delta: {}, finish_reason: 'stop' }),
    done,
  ],
};

const completions: ApiShape = {
  name: 'completions',
  path: '/v1/completions',
  request: (prompt, stream) => ({ model: 'm', stream, prompt }),
  answer: (text) => ({ id: 'c', choices: [{ index: 0, text }] }),
  stream: (pieces) => [
    ...pieces.map((text) => chunk({ text, finish_reason: null })),
    chunk({ text: '', finish_reason: 'stop' }),
    done,
  ],
};

function responseOf(text: string) {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { id: 'r', object: 'response', output: [{ id: 'i', type: 'message', role: 'assistant', content }] };
}

const responses: ApiShape = {
  name: 'responses',
  path: '/v1/responses',
  request: (input, stream) => ({ model: 'm', stream, input }),
  answer: responseOf,
  stream(pieces) {
    const text = pieces.join('');
    const place = { item_id: 'i', output_index: 0, content_index: 0 };
    const part = { type: 'output_text', text, annotations: [] };
    const events = [
      { type: 'response.created', response: { ...responseOf(''), output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { id: 'i', type: 'message', content: [] } },
      { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
      { type: 'response.output_text.done', ...place, text },
      { type: 'response.content_part.done', ...place, part },
      { type: 'response.output_item.done', output_index: 0, item: responseOf(text).output[0] },
      { type: 'response.completed', response: responseOf(text) },
    ];
    return events.map((event, index) => named({ ...event, sequence_number: index }));
  },
};

const messages: ApiShape = {
  name: 'messages',
  path: '/v1/messages',
  request: (content, stream) => ({ model: 'm', stream, max_tokens: 9, messages: [{ role: 'user', content }] }),
  answer: (text) => ({ id: 'm', type: 'message', role: 'assistant', content: [{ type: 'text', text }] }),
  stream: (pieces) => [
    named({ type: 'message_start', message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 1 } } }),
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ...pieces.map((text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    named({ type: 'content_block_stop', index: 0 }),
    named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }),
    named({ type: 'message_stop' }),
  ],
};

const embeddings: ApiShape = {
  name: 'embeddings',
  path: '/v1/embeddings',
  request: (input) => ({ model: 'm', input: [input, 'and more'] }),
  answer: undefined,
  stream: undefined,
};

const images: ApiShape = {
  name: 'images.generations',
  path: '/v1/images/generations',
  request: (prompt) => ({ model: 'm', prompt }),
  answer: (text) => ({ created: 1, data: [{ url: 'https://pictures.example/1.png', revised_prompt: text }] }),
  stream: undefined,
};

export const apiShapes: readonly ApiShape[] = [chat, completions, responses, messages, embeddings, images];

/** Requests that are only counted: the provider reads them like those that it answers. */
export const countingShapes: readonly ApiShape[] = [responses, messages].map((shape) => ({
  name: `${shape.name} to be counted`,
  path: `${shape.path}/${shape === messages ? 'count_tokens' : 'input_tokens'}`,
  request: (text) => shape.request(text, false),
  answer: undefined,
  stream: undefined,
}));

/** What a caller puts together of a stream. */
export function textOfStream(stream: string): string {
  return [...textsOf(Buffer.from(stream)).values()].join('');
}

/** The error with which a stream ends; undefined: it has none. */
export function errorOfStream(stream: string): Readonly<Record<string, unknown>> | undefined {
  const events = eventsOf(Buffer.from(stream));
  // Behind the error of a response stands the response that has failed.
  const last = events.at(-1)?.type === 'response.failed' ? events.at(-2) : events.at(-1);
  return last?.error as Readonly<Record<string, unknown>> | undefined;
}
