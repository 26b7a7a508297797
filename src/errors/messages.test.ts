import { describe, expect, it } from 'vitest';
import { renderError } from './render.ts';
import type { ErrorParams } from './row.ts';
import type { ErrorCode } from './table.ts';

function message(code: ErrorCode, params: ErrorParams = {}): string {
  return JSON.parse(renderError(code, 'openai', { requestId: 'r', params }).body.toString()).error.message;
}

const token = 'Send the token where the operator of this gateway expects it';

/** Of errors whose text depends on what is known: how it begins where nothing is, and where something is. */
const texts: readonly (readonly [ErrorCode, without: string, ErrorParams, with_: string])[] = [
  [
    'missing_token',
    `This gateway wants an access token besides the API key, and none was sent. ${token}`,
    { model: 'm' },
    `The model "m" wants an access token besides the API key, and none was sent. ${token}`,
  ],
  [
    'missing_token',
    'This gateway wants an access token',
    { isBeforeModels: true },
    'No access token was sent. Send it where the operator of this gateway expects it',
  ],
  [
    'missing_key',
    'No API key was sent. Send it as "Authorization: Bearer KEY"',
    { isBeforeModels: true },
    'No API key was sent. Send it where the operator of this gateway expects it.',
  ],
  [
    'model_of_other_api',
    'The model is served by another API only. Ask',
    { model: 'm', family: 'Anthropic' },
    'The model "m" is served by the API of Anthropic only. Ask',
  ],
  [
    'unknown_path',
    'Nothing is served at this path. Check the path;',
    { path: '/v1/v1/models', servedAt: '/v1/models' },
    'Nothing is served at "/v1/v1/models". What is meant is served at "/v1/models": mend the base URL of the client.',
  ],
  [
    'method_not_allowed',
    'This path does not take this method.',
    { path: '/v1/models', method: 'PUT', allow: ['GET', 'HEAD'] },
    '"/v1/models" does not take PUT. Use GET or HEAD.',
  ],
  [
    'body_too_large',
    'The request body is larger than allowed. Send',
    { limitBytes: 64 },
    'The request body is larger than 64 bytes. Send',
  ],
  [
    'rate_limited',
    'Too many requests. Try again later.',
    { retryAfterSeconds: 7 },
    'Too many requests. Try again in 7 s.',
  ],
  [
    'rate_limited',
    'Too many requests. Try again later.',
    { isTooLarge: true, retryAfterSeconds: 7 },
    'Too many requests. Send a shorter prompt, or ask for fewer tokens.',
  ],
  [
    'budget_exceeded',
    'The budget is used up. Ask the operator of this gateway to raise it.',
    { limit: 'month', retryAfterSeconds: 30 },
    'The budget "month" is used up. It begins anew in 30 s. Ask the operator of this gateway to raise it.',
  ],
  [
    'budget_exceeded',
    'The budget is used up.',
    { limit: 'month', shortage: 'little', retryAfterSeconds: 722_386 },
    'The budget "month" has less left than this request may cost. It begins anew in 8 days 9 h. ' +
      'Ask for fewer tokens, or ask the operator of this gateway to raise it.',
  ],
  [
    'budget_exceeded',
    'The budget is used up.',
    { limit: 'month', shortage: 'price' },
    'The budget "month" cannot pay for this model: nobody has said what it costs. ' +
      'Ask the operator of this gateway to state its price, or use another model.',
  ],
  [
    'chain_exhausted',
    'No provider of the model answered. Try again,',
    { model: 'm', attempts: 2 },
    'No provider of the model "m" answered (attempts: 2). Try again,',
  ],
];

describe('the message of an error', () => {
  it.each(texts)('%s says what is known, and is a sentence without it', (code, without, params, told) => {
    expect(message(code).startsWith(without), message(code)).toBe(true);
    expect(message(code, params).startsWith(told), message(code, params)).toBe(true);
  });

  it('quotes 120 characters whole, and begins to cut behind them', () => {
    expect(message('model_not_found', { model: 'x'.repeat(120) })).toContain(`"${'x'.repeat(120)}"`);
    expect(message('model_not_found', { model: 'x'.repeat(121) })).toContain(`"${'x'.repeat(120)}…"`);
  });

  it('has for programs beside it what it names, or null', () => {
    const error = (code: ErrorCode, params?: ErrorParams) =>
      JSON.parse(renderError(code, 'openai', { requestId: 'r', ...(params && { params }) }).body.toString()).error;
    expect(error('rate_limited')).not.toHaveProperty('limit');
    expect(error('rate_limited', { limit: 'day' })).toMatchObject({ limit: 'day' });
    expect(error('budget_exceeded')).toMatchObject({ limit: null });
    expect(error('limit_not_kept', { limit: 'day' })).toMatchObject({ limit: 'day' });
    expect(error('route_closed')).toMatchObject({ policy: null });
    expect(error('route_closed', { policy: 'SecurityPolicy/x' })).toMatchObject({ policy: 'SecurityPolicy/x' });
  });
});
