import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { isRecord } from '../messages.ts';
import { chunksOf, say } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';
import { dataEvent, doneEvent } from './event.ts';
import { refuseSeveralChoices, tokenLimit } from './fields.ts';
import { type Input, inputsOf, tokensOf } from './inputs.ts';

/** What the real API takes when the request says nothing. */
const defaultMaxTokens = 16;

export const completions: Api = { path: '/v1/completions', dialect: 'openai', answer };

function answer({ body, sequence, createdAt }: Call): Result<Answer, Refusal> {
  if (body.prompt === undefined) return err(missingField('prompt', 'openai'));
  const prompts = inputsOf(body.prompt);
  if (prompts === undefined) {
    return err(badField('prompt', "Invalid 'prompt': a string, strings, tokens or lists of tokens are expected."));
  }
  const limit = tokenLimit(body, ['max_tokens']);
  if (!limit.ok) return limit;
  const several = refuseSeveralChoices(body);
  if (several !== undefined) return err(several);

  const answers = prompts.map((prompt) => say(textOf(prompt), limit.value ?? defaultMaxTokens));
  const finishReason = (index: number) => (answers[index]?.isCut === true ? 'length' : 'stop');
  const input = prompts.reduce((sum, prompt) => sum + tokensOf(prompt), 0);
  const output = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  const base = { id: `cmpl-practice${sequence}`, object: 'text_completion', created: createdAt, model: body.model };
  const choice = (text: string, index: number, finish: string | null) => ({
    text,
    index,
    logprobs: null,
    finish_reason: finish,
  });
  if (body.stream !== true) {
    const choices = answers.map(({ text }, index) => choice(text, index, finishReason(index)));
    return ok({ kind: 'json', body: { ...base, choices, usage } });
  }

  const wantsUsage = isRecord(body.stream_options) && body.stream_options.include_usage === true;
  const chunk = { ...base, ...(wantsUsage ? { usage: null } : {}) };
  const event = (...of: Parameters<typeof choice>) => dataEvent({ ...chunk, choices: [choice(...of)] });
  return ok({
    kind: 'stream',
    lead: [],
    content: answers.flatMap(({ text }, index) => chunksOf(text).map((part) => event(part, index, null))),
    tail: [
      ...answers.map((_, index) => event('', index, finishReason(index))),
      ...(wantsUsage ? [dataEvent({ ...base, choices: [], usage })] : []),
      doneEvent,
    ],
  });
}

/** Nobody here can read tokens: they are said back as numbers. */
function textOf(prompt: Input): string {
  return typeof prompt === 'string' ? prompt : prompt.join(' ');
}
