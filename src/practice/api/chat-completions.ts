import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { isRecord, readConversation, turnOf } from '../messages.ts';
import { type Reply, replyTo } from '../reply.ts';
import { chunksOf, countTokens, piecesOf } from '../text.ts';
import type { ToolCall } from '../tools.ts';
import type { Answer, Api, Call } from './api.ts';
import { dataEvent, doneEvent } from './event.ts';
import { refuseSeveralChoices, tokenLimit } from './fields.ts';
import { formatOf } from './openai-format.ts';
import { toolsOf } from './openai-tools.ts';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export const chatCompletions: Api = { path: '/v1/chat/completions', dialect: 'openai', answer };

function answer({ body, sequence, createdAt }: Call): Result<Answer, Refusal> {
  if (body.messages === undefined) return err(missingField('messages', 'openai'));
  const conversation = readConversation(body.messages, (message) => turnOf(message, roles));
  if (conversation === undefined) {
    return err(badField('messages', "Invalid 'messages': a list of messages, each with a known role, is expected."));
  }
  const limit = tokenLimit(body, ['max_completion_tokens', 'max_tokens']);
  if (!limit.ok) return limit;
  const several = refuseSeveralChoices(body);
  if (several !== undefined) return err(several);
  const format = formatOf(body.response_format, body.messages, { field: 'response_format', input: 'messages' });
  if (!format.ok) return format;
  const replied = replyTo({ conversation, maxTokens: limit.value, ...toolsOf(body), format: format.value });
  if (!replied.ok) return replied;

  const reply = replied.value;
  const finishReason = finishReasonOf(reply, body);
  const usage = usageOf(countTokens(conversation.characters), reply.tokens);
  const base = { id: `chatcmpl-practice${sequence}`, created: createdAt, model: body.model, system_fingerprint: null };
  const calls = reply.kind === 'calls' ? reply.calls.map((call, index) => callOf(call, sequence, index)) : [];
  if (body.stream !== true) {
    const said = reply.kind === 'text' ? { content: reply.text } : { content: null, tool_calls: calls };
    const message = { role: 'assistant', ...said, refusal: null, annotations: [] };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
    return ok({ kind: 'json', body: { ...base, object: 'chat.completion', choices, usage } });
  }

  const wantsUsage = isRecord(body.stream_options) && body.stream_options.include_usage === true;
  // With include_usage every chunk has the field, null in all but the last.
  const chunk = { ...base, object: 'chat.completion.chunk', ...(wantsUsage ? { usage: null } : {}) };
  const event = (delta: object, finish: string | null = null) =>
    dataEvent({ ...chunk, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  const deltas = reply.kind === 'text' ? chunksOf(reply.text).map((text) => ({ content: text })) : deltasOf(calls);
  return ok({
    kind: 'stream',
    lead: [event({ role: 'assistant', content: reply.kind === 'text' ? '' : null, refusal: null })],
    content: deltas.map((delta) => event(delta)),
    tail: [event({}, finishReason), ...(wantsUsage ? [dataEvent({ ...chunk, choices: [], usage })] : []), doneEvent],
  });
}

function finishReasonOf(reply: Reply, { tool_choice: choice }: Call['body']): string {
  if (reply.kind === 'text') return reply.isCut ? 'length' : 'stop';
  // A call of the one function that the caller named is no decision to call: it ends as a text does.
  return isRecord(choice) && choice.type === 'function' ? 'stop' : 'tool_calls';
}

interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

function callOf({ name, text }: ToolCall, sequence: number, index: number): ChatToolCall {
  return { id: `call_practice${sequence}_${index}`, type: 'function', function: { name, arguments: text } };
}

/** The name comes with the first piece of each call only, its arguments bit by bit. */
function deltasOf(calls: readonly ChatToolCall[]): readonly object[] {
  return calls.flatMap((call, index) => [
    { tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] },
    ...piecesOf(call.function.arguments).map((text) => ({ tool_calls: [{ index, function: { arguments: text } }] })),
  ]);
}

function usageOf(input: number, output: number): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}
