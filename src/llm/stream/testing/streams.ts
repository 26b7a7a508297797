/* Makes streams of each API out of texts in pieces, and puts together what a caller would of a stream. */

export type Texts = Map<string, string>;

export function sse(data: unknown, name?: string): string {
  const json = typeof data === 'string' ? data : JSON.stringify(data);
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${json}\n\n`;
}

export function named(data: { readonly type: string }): string {
  return sse(data, data.type);
}

export function chatChunk(
  delta: object,
  more: { index?: number; finish?: string | null; usage?: unknown } = {},
): string {
  const { index = 0, finish = null, usage } = more;
  return sse({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1755000000,
    model: 'gpt-4o',
    choices: [{ index, delta, logprobs: null, finish_reason: finish }],
    ...(usage === undefined ? {} : { usage }),
  });
}

/** The `data` of all events. Every one has to be JSON, apart from the end mark. */
export function eventsOf(bytes: Buffer): readonly Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  for (const block of bytes.toString('utf8').split(/\r\n\r\n|\n\n|\r\r/)) {
    const lines = block.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
    const data = lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n');
    if (data.trim() !== '' && data !== '[DONE]') events.push(JSON.parse(data) as Record<string, unknown>);
  }
  return events;
}

type Fields = Record<string, unknown>;

/** Every text that the pieces of a stream make, by its place. */
export function textsOf(bytes: Buffer): Texts {
  const texts: Texts = new Map();
  const add = (key: string, text: unknown) => {
    if (typeof text === 'string') texts.set(key, (texts.get(key) ?? '') + text);
  };
  for (const event of eventsOf(bytes)) {
    for (const choice of (event.choices ?? []) as Fields[]) {
      add(`${choice.index}/text`, choice.text);
      const delta = (choice.delta ?? {}) as Fields;
      for (const member of ['content', 'refusal', 'reasoning_content']) add(`${choice.index}/${member}`, delta[member]);
      for (const call of (delta.tool_calls ?? []) as Fields[]) {
        add(`${choice.index}/call ${call.index}`, (call.function as Fields | undefined)?.arguments);
        add(`${choice.index}/call ${call.index}`, (call.custom as Fields | undefined)?.input);
      }
    }
    const delta = event.delta as Fields | string | undefined;
    const type = String(event.type);
    if (typeof delta === 'string') add(`${event.output_index}/${event.content_index}/${type}`, delta);
    else if (type === 'content_block_delta' && delta !== undefined) {
      for (const member of ['text', 'thinking', 'partial_json']) add(`${event.index}/${member}`, delta[member]);
    }
  }
  return texts;
}
