import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { isRecord, readConversation } from '../messages.ts';
import { chunksOf, countTokens, say } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { dataEvent, doneEvent } from './event.ts';
import { refuseSeveralChoices, tokenLimit } from './fields.ts';

const roles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

export const chatCompletions: Api = { path: '/v1/chat/completions', dialect: 'openai', answer };

function answer({ body, sequence, createdAt }: Call): Result<Answer, Refusal> {
  if (body.messages === undefined) return err(missingField('messages', 'openai'));
  const conversation = readConversation(body.messages, roles);
  if (conversation === undefined) {
    return err(badField('messages', "Invalid 'messages': a list of messages, each with a known role, is expected."));
  }
  const limit = tokenLimit(body, ['max_completion_tokens', 'max_tokens']);
  if (!limit.ok) return limit;
  const several = refuseSeveralChoices(body);
  if (several !== undefined) return err(several);

  const said = say(conversation.lastText, limit.value);
  const finishReason = said.isCut ? 'length' : 'stop';
  const usage = usageOf(countTokens(conversation.characters), said.tokens);
  const base = { id: `chatcmpl-practice${sequence}`, created: createdAt, model: body.model, system_fingerprint: null };
  if (body.stream !== true) {
    const message = { role: 'assistant', content: said.text, refusal: null, annotations: [] };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
    return ok({ kind: 'json', body: { ...base, object: 'chat.completion', choices, usage } });
  }

  const wantsUsage = isRecord(body.stream_options) && body.stream_options.include_usage === true;
  // With include_usage every chunk has the field, null in all but the last.
  const chunk = { ...base, object: 'chat.completion.chunk', ...(wantsUsage ? { usage: null } : {}) };
  const event = (delta: object, finish: string | null = null) =>
    dataEvent({ ...chunk, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] });
  return ok({
    kind: 'stream',
    lead: [event({ role: 'assistant', content: '', refusal: null })],
    content: chunksOf(said.text).map((text) => event({ content: text })),
    tail: [event({}, finishReason), ...(wantsUsage ? [dataEvent({ ...chunk, choices: [], usage })] : []), doneEvent],
  });
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
