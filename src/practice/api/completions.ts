import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { isRecord } from '../messages.ts';
import { chunksOf, countTokens, say } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { dataEvent, doneEvent } from './event.ts';
import { refuseSeveralChoices, tokenLimit } from './fields.ts';

/** What the real API takes when the request says nothing. */
const defaultMaxTokens = 16;

export const completions: Api = { path: '/v1/completions', dialect: 'openai', answer };

function answer({ body, sequence, createdAt }: Call): Result<Answer, Refusal> {
  const { prompt } = body;
  if (prompt === undefined) return err(missingField('prompt', 'openai'));
  if (typeof prompt !== 'string')
    return err(badField('prompt', "Invalid 'prompt': the practice provider takes a string."));
  const limit = tokenLimit(body, ['max_tokens']);
  if (!limit.ok) return limit;
  const several = refuseSeveralChoices(body);
  if (several !== undefined) return err(several);

  const said = say(prompt, limit.value ?? defaultMaxTokens);
  const finishReason = said.isCut ? 'length' : 'stop';
  const input = countTokens(prompt.length);
  const usage = { prompt_tokens: input, completion_tokens: said.tokens, total_tokens: input + said.tokens };
  const base = { id: `cmpl-practice${sequence}`, object: 'text_completion', created: createdAt, model: body.model };
  const choice = (text: string, finish: string | null) => ({ text, index: 0, logprobs: null, finish_reason: finish });
  if (body.stream !== true)
    return ok({ kind: 'json', body: { ...base, choices: [choice(said.text, finishReason)], usage } });

  const wantsUsage = isRecord(body.stream_options) && body.stream_options.include_usage === true;
  const chunk = { ...base, ...(wantsUsage ? { usage: null } : {}) };
  return ok({
    kind: 'stream',
    lead: [],
    content: chunksOf(said.text).map((text) => dataEvent({ ...chunk, choices: [choice(text, null)] })),
    tail: [
      dataEvent({ ...chunk, choices: [choice('', finishReason)] }),
      ...(wantsUsage ? [dataEvent({ ...base, choices: [], usage })] : []),
      doneEvent,
    ],
  });
}
