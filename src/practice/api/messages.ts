import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { type Conversation, isRecord, readConversation, type Turn, textOf, turnOf } from '../messages.ts';
import { type Format, type Reply, replyTo, type Wanted } from '../reply.ts';
import { chunksOf, countTokens, piecesOf } from '../text.ts';
import type { ToolChoice } from '../tools.ts';
import type { Answer, Api, Call } from './api.ts';
import { typedEvent } from './event.ts';

const roles: ReadonlySet<string> = new Set(['user', 'assistant', 'system']);

export const messages: Api = { path: '/v1/messages', dialect: 'anthropic', answer };

export const countMessageTokens: Api = {
  path: '/v1/messages/count_tokens',
  dialect: 'anthropic',
  answer: ({ body }) => {
    const conversation = conversationOf(body);
    return conversation.ok
      ? ok({ kind: 'json', body: { input_tokens: countTokens(conversation.value.characters) } })
      : conversation;
  },
};

function answer({ body, sequence }: Call): Result<Answer, Refusal> {
  const limit = body.max_tokens;
  if (limit === undefined) return err(missingField('max_tokens', 'anthropic'));
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    return err(badField('max_tokens', 'max_tokens: Input should be a whole number of at least 1'));
  }
  const conversation = conversationOf(body);
  if (!conversation.ok) return conversation;

  const format = formatOf(body);
  const replied = replyTo({ conversation: conversation.value, maxTokens: limit, ...toolsOf(body), format });
  if (!replied.ok) return replied;

  const reply = replied.value;
  const blocks = blocksOf(reply, sequence);
  const message = { id: `msg_practice${sequence}`, type: 'message', role: 'assistant', model: body.model };
  const stop = { stop_reason: stopReasonOf(reply), stop_sequence: null };
  const usage = usageOf(countTokens(conversation.value.characters), reply.tokens);
  if (body.stream !== true) {
    const content = blocks.map(({ whole }) => whole);
    return ok({ kind: 'json', body: { ...message, content, ...stop, usage } });
  }

  // The first event counts the output as it stands then; message_delta carries the totals.
  const started = {
    ...message,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  const [begun, ...content] = eventsOf(blocks);
  return ok({
    kind: 'stream',
    lead: [typedEvent({ type: 'message_start', message: started }), begun ?? '', typedEvent({ type: 'ping' })],
    content,
    tail: [
      typedEvent({ type: 'content_block_stop', index: blocks.length - 1 }),
      typedEvent({ type: 'message_delta', delta: stop, usage: { output_tokens: reply.tokens } }),
      typedEvent({ type: 'message_stop' }),
    ],
  });
}

function stopReasonOf(reply: Reply): string {
  if (reply.kind === 'calls') return 'tool_use';
  return reply.isCut ? 'max_tokens' : 'end_turn';
}

/** A block of content as a whole, and as a stream brings it. */
interface Block {
  readonly whole: object;
  readonly begun: object;
  readonly deltas: readonly object[];
}

function blocksOf(reply: Reply, sequence: number): readonly Block[] {
  if (reply.kind === 'text') {
    const deltas = chunksOf(reply.text).map((text) => ({ type: 'text_delta', text }));
    return [{ whole: { type: 'text', text: reply.text }, begun: { type: 'text', text: '' }, deltas }];
  }
  return reply.calls.map(({ name, input, text }, index) => {
    const block = { type: 'tool_use', id: `toolu_practice${sequence}_${index}`, name };
    const deltas = ['', ...piecesOf(text)].map((piece) => ({ type: 'input_json_delta', partial_json: piece }));
    return { whole: { ...block, input }, begun: { ...block, input: {} }, deltas };
  });
}

/** The start of the first block, then a text for each delta: it ends the block before where it is the first of its own. */
function eventsOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(({ begun, deltas }, index) => {
    const start = typedEvent({ type: 'content_block_start', index, content_block: begun });
    const written = deltas.map((delta) => typedEvent({ type: 'content_block_delta', index, delta }));
    if (index === 0) return [start, ...written];
    const [first = '', ...rest] = written;
    return [typedEvent({ type: 'content_block_stop', index: index - 1 }) + start + first, ...rest];
  });
}

function conversationOf(body: Call['body']): Result<Conversation, Refusal> {
  if (body.messages === undefined) return err(missingField('messages', 'anthropic'));
  const conversation = readConversation(body.messages, (message, index) => {
    // What the system says in the middle follows somebody; at the start it has a field of its own.
    if (index === 0 && message.role === 'system') return undefined;
    return toolResultIn(message) ?? turnOf(message, roles);
  });
  if (conversation === undefined) {
    return err(
      badField('messages', 'messages: a list of messages is expected, each with the role "user" or "assistant"'),
    );
  }
  return ok({ ...conversation, characters: conversation.characters + textOf(body.system).length });
}

/** Results come back as blocks of the user's message, with or without words of the user's own behind them. */
function toolResultIn({ role, content }: Readonly<Record<string, unknown>>): Turn | undefined {
  if (role !== 'user' || !Array.isArray(content)) return undefined;
  const results = content.filter((block) => isRecord(block) && block.type === 'tool_result');
  if (results.length === 0) return undefined;
  return { text: results.map((result) => textOf(result.content)).join(' '), speaker: 'tool' };
}

function toolsOf({ tools, tool_choice: choice }: Call['body']): Pick<Wanted, 'tools' | 'toolChoice'> {
  const own = Array.isArray(tools) ? tools.filter((tool) => isRecord(tool) && isRecord(tool.input_schema)) : [];
  return {
    tools: own.map(({ name, input_schema: schema }) => ({ name: String(name), schema })),
    toolChoice: isRecord(choice) ? choiceOf(choice) : 'auto',
  };
}

function choiceOf({ type, name }: Readonly<Record<string, unknown>>): ToolChoice {
  if (type === 'tool' && typeof name === 'string') return { name };
  if (type === 'any') return 'required';
  return type === 'none' ? 'none' : 'auto';
}

function formatOf({ output_config: config, output_format: older }: Call['body']): Format {
  const format = isRecord(config) && isRecord(config.format) ? config.format : older;
  return isRecord(format) && format.type === 'json_schema' ? { schema: format.schema } : 'text';
}

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    service_tier: 'standard',
  };
}
