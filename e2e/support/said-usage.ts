import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiShape } from './api-shapes.ts';
import type { RecordingProvider } from './recording-provider.ts';

/** What a provider says that it used, in the words of each API, and what that means. */
export const said: Readonly<
  Record<string, { readonly usage: object; readonly tokens: object; readonly nanoUsd: number }>
> = {
  'chat.completions': {
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
    tokens: { input: 100, cachedInput: 40, output: 20, reasoning: 5, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  completions: {
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
    tokens: { input: 100, output: 20, total: 120 },
    nanoUsd: 100 * 1_000 + 20 * 10_000,
  },
  responses: {
    usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120, input_tokens_details: { cached_tokens: 40 } },
    tokens: { input: 100, cachedInput: 40, output: 20, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  messages: {
    usage: { input_tokens: 60, cache_read_input_tokens: 40, output_tokens: 20 },
    tokens: { input: 100, cachedInput: 40, output: 20, total: 120 },
    nanoUsd: 60 * 1_000 + 40 * 100 + 20 * 10_000,
  },
  embeddings: {
    usage: { prompt_tokens: 100, total_tokens: 100 },
    tokens: { input: 100, output: 0, total: 100 },
    nanoUsd: 100 * 1_000,
  },
  'images.generations': {
    usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    tokens: { input: 100, output: 20, total: 120, images: 1 },
    nanoUsd: 100 * 1_000 + 20 * 10_000,
  },
};

/** The answer with the text `fine`. */
export function bodyOf(shape: ApiShape): object {
  return { ...(shape.answer?.('fine') ?? { data: [{ index: 0, embedding: [0.5] }] }), usage: said[shape.name]?.usage };
}

/** The events of a stream, with usage where the API puts it. `isAsked`: chat tells it to those who ask for it. */
export function eventsOf(shape: ApiShape, pieces: readonly string[], isAsked: boolean): readonly string[] {
  const events = shape.stream?.(pieces) ?? [];
  const usage = said[shape.name]?.usage;
  switch (shape.name) {
    case 'messages': {
      // What came in is told first, what went out at the end.
      const { output_tokens, ...input } = { output_tokens: 0, ...usage };
      return events.map((event) =>
        event
          .replace('"usage":{"input_tokens":1}', `"usage":${JSON.stringify({ ...input, output_tokens: 1 })}`)
          .replace('"usage":{"output_tokens":3}', `"usage":${JSON.stringify({ output_tokens })}`),
      );
    }
    case 'responses':
      return events.map((event) => {
        const [name = '', data = ''] = event.split('\ndata: ');
        if (!name.includes('response.completed')) return event;
        const value = JSON.parse(data) as { readonly response: object };
        return `${name}\ndata: ${JSON.stringify({ ...value, response: { ...value.response, status: 'completed', usage } })}\n\n`;
      });
    default: {
      if (!isAsked) return events;
      const withNull = events
        .slice(0, -1)
        .map((event) => `data: ${JSON.stringify({ ...JSON.parse(event.slice(6)), usage: null })}\n\n`);
      return [...withNull, `data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`, 'data: [DONE]\n\n'];
    }
  }
}

/** A provider's answer with these pieces, which says what it has used if it was asked to. */
export function streaming(provider: RecordingProvider, shape: ApiShape, pieces: readonly string[]) {
  return async (response: ServerResponse) => {
    const sent = JSON.parse(provider.requests.at(-1)?.body ?? '{}') as { readonly stream_options?: object };
    const isAsked = JSON.stringify(sent.stream_options ?? '').includes('"include_usage":true');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of eventsOf(shape, pieces, isAsked)) {
      response.write(event);
      await sleep(1);
    }
    response.end();
  };
}
