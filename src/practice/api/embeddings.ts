import { err, ok, type Result } from '../../lib/result.ts';
import { badField, missingField, type Refusal } from '../dialect/refusal.ts';
import type { Answer, Api, Call } from './api.ts';
import { inputsOf, tokensOf } from './inputs.ts';

const defaultDimensions = 1_536;
const mostDimensions = 3_072;

export const embeddings: Api = { path: '/v1/embeddings', dialect: 'openai', answer };

function answer({ body }: Call): Result<Answer, Refusal> {
  if (body.input === undefined) return err(missingField('input', 'openai'));
  const inputs = body.input === '' ? undefined : inputsOf(body.input);
  if (inputs === undefined) {
    return err(badField('input', "Invalid 'input': a string, strings, tokens or lists of tokens are expected."));
  }
  const dimensions = body.dimensions ?? defaultDimensions;
  if (
    typeof dimensions !== 'number' ||
    !Number.isInteger(dimensions) ||
    dimensions < 1 ||
    dimensions > mostDimensions
  ) {
    return err(badField('dimensions', `Invalid 'dimensions': a whole number from 1 to ${mostDimensions} is expected.`));
  }
  const isBase64 = body.encoding_format === 'base64';
  const data = inputs.map((input, index) => {
    const vector = vectorOf(typeof input === 'string' ? input : input.join(' '), dimensions);
    return { object: 'embedding', index, embedding: isBase64 ? base64Of(vector) : Array.from(vector) };
  });
  const tokens = inputs.reduce((sum, input) => sum + tokensOf(input), 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return ok({ kind: 'json', body: { object: 'list', data, model: body.model, usage } });
}

/** Of length 1, and the same for the same text: a linear congruential generator, seeded with the text's FNV-1a hash. */
function vectorOf(text: string, dimensions: number): Float32Array {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let at = 0; at < dimensions; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const value = state / 0x80000000;
    vector[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
}

/** Little-endian 32-bit floats, which is what clients decode. */
function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}
