import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { type Conversation, readConversation, textOf } from '../messages.ts';
import { chunksOf, countTokens, say } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { tokenLimit } from './fields.ts';
import { responseStream } from './responses-stream.ts';

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

  const said = say(input.value.lastText, limit.value);
  const status = said.isCut ? 'incomplete' : 'completed';
  const part = { type: 'output_text', text: said.text, annotations: [], logprobs: [] };
  const item = { id: `msg_practice${sequence}`, type: 'message', status, role: 'assistant', content: [part] };
  const response = {
    id: `resp_practice${sequence}`,
    object: 'response',
    created_at: createdAt,
    status,
    error: null,
    incomplete_details: said.isCut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: limit.value ?? null,
    model: body.model,
    output: [item],
    parallel_tool_calls: true,
    previous_response_id: null,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    metadata: {},
    usage: usageOf(countTokens(input.value.characters), said.tokens),
  };
  if (body.stream !== true) return ok({ kind: 'json', body: response });
  return ok(responseStream(response, item, part, chunksOf(said.text)));
}

function inputOf(body: Call['body']): Result<Conversation, Refusal> {
  const { input } = body;
  if (input === undefined) return err(missingField('input', 'openai'));
  const conversation =
    typeof input === 'string' ? { lastText: input, characters: input.length } : readConversation(input, roles);
  if (conversation === undefined) {
    return err(badField('input', "Invalid 'input': a string or a list of messages is expected."));
  }
  return ok({ ...conversation, characters: conversation.characters + textOf(body.instructions).length });
}

function usageOf(input: number, output: number): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}
