import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { type Conversation, isRecord, readConversation, type Turn, textOf, turnOf } from '../messages.ts';
import { type Reply, replyTo } from '../reply.ts';
import { countTokens } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { tokenLimit } from './fields.ts';
import { formatOf } from './openai-format.ts';
import { responseToolsOf } from './openai-tools.ts';
import { type ResponseItem, responseStream } from './responses-stream.ts';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant']);

export const responses: Api = { path: '/v1/responses', dialect: 'openai', answer };

export const responseInputTokens: Api = {
  path: '/v1/responses/input_tokens',
  dialect: 'openai',
  answer: ({ body }) => {
    const input = inputOf(body);
    if (!input.ok) return input;
    const count = countTokens(input.value.characters);
    return ok({ kind: 'json', body: { object: 'response.input_tokens', input_tokens: count } });
  },
};

function answer({ body, sequence, createdAt }: Call): Result<Answer, Refusal> {
  const input = inputOf(body);
  if (!input.ok) return input;
  const limit = tokenLimit(body, ['max_output_tokens']);
  if (!limit.ok) return limit;

  const wantedFormat = isRecord(body.text) ? body.text.format : undefined;
  const format = formatOf(wantedFormat, body.input, { field: 'text.format', input: 'input' });
  if (!format.ok) return format;
  const replied = replyTo({
    conversation: input.value,
    maxTokens: limit.value,
    ...responseToolsOf(body),
    format: format.value,
  });
  if (!replied.ok) return replied;

  const reply = replied.value;
  const isCut = reply.kind === 'text' && reply.isCut;
  const status = isCut ? 'incomplete' : 'completed';
  const response = {
    id: `resp_practice${sequence}`,
    object: 'response',
    created_at: createdAt,
    status,
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: limit.value ?? null,
    model: body.model,
    output: itemsOf(reply, sequence, status),
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    temperature: 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: 1,
    metadata: {},
    usage: usageOf(countTokens(input.value.characters), reply.tokens),
  };
  if (body.stream !== true) return ok({ kind: 'json', body: response });
  return ok(responseStream(response));
}

function itemsOf(reply: Reply, sequence: number, status: string): readonly ResponseItem[] {
  if (reply.kind === 'text') {
    const part = { type: 'output_text', text: reply.text, annotations: [], logprobs: [] } as const;
    return [{ id: `msg_practice${sequence}`, type: 'message', status, role: 'assistant', content: [part] }];
  }
  return reply.calls.map(({ name, text }, index) => ({
    id: `fc_practice${sequence}_${index}`,
    type: 'function_call',
    status,
    call_id: `call_practice${sequence}_${index}`,
    name,
    arguments: text,
  }));
}

function inputOf(body: Call['body']): Result<Conversation, Refusal> {
  const { input } = body;
  if (input === undefined) return err(missingField('input', 'openai'));
  const conversation =
    typeof input === 'string'
      ? ({ lastText: input, lastSpeaker: 'user', characters: input.length } as const)
      : readConversation(input, (item) => turnOf(item, roles) ?? turnOfItem(item));
  if (conversation === undefined) {
    return err(badField('input', "Invalid 'input': a string or a list of messages is expected."));
  }
  return ok({ ...conversation, characters: conversation.characters + textOf(body.instructions).length });
}

/** What is no message: what tools said, and what the model did before, by whatever means. */
function turnOfItem({ role, type, output }: Readonly<Record<string, unknown>>): Turn | undefined {
  if (role !== undefined || typeof type !== 'string') return undefined;
  if (type.endsWith('_call_output')) return { text: textOf(output), speaker: 'tool' };
  return type.endsWith('_call') || otherItems.has(type) ? { text: '' } : undefined;
}

const otherItems: ReadonlySet<string> = new Set([
  ...['reasoning', 'item_reference', 'compaction'],
  ...['mcp_list_tools', 'mcp_approval_request', 'mcp_approval_response'],
]);

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}
