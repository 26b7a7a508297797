import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import { countTokens } from '../text.ts';
import type { Answer, Api, Call } from './api.ts';

/** One transparent pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const tokensPerImage = 272;
const mostImages = 10;

export const imageGenerations: Api = {
  path: '/v1/images/generations',
  dialect: 'openai',
  defaultModel: 'dall-e-2',
  answer,
};

function answer({ body, createdAt }: Call): Result<Answer, Refusal> {
  const { prompt, n = 1 } = body;
  if (prompt === undefined) return err(missingField('prompt', 'openai'));
  if (typeof prompt !== 'string' || prompt === '')
    return err(badField('prompt', "Invalid 'prompt': a text is expected."));
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > mostImages) {
    return err(badField('n', `Invalid 'n': a whole number from 1 to ${mostImages} is expected.`));
  }
  const image = body.response_format === 'url' ? { url: 'https://images.invalid/practice.png' } : { b64_json: png };
  const input = countTokens(prompt.length);
  const output = n * tokensPerImage;
  const usage = {
    input_tokens: input,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
    output_tokens: output,
    total_tokens: input + output,
  };
  return ok({ kind: 'json', body: { created: createdAt, data: Array.from({ length: n }, () => image), usage } });
}
