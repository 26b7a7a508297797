/**
 * Every error that the gateway answers itself: one table. Texts are written for the caller and end with what to do;
 * causes belong in the log, under the code. No text repeats a secret or a caller's long input.
 */

import { because, clip, quoted, shortOfBudget, useInstead, whenRoomIs } from './phrases.ts';
import type { ErrorRow } from './row.ts';

const sendWhereExpected = 'Send it where the operator of this gateway expects it';
const listModels = 'GET /v1/models lists the models this key may use.';

/** Who holds no valid key learns nothing about keys: unknown, disabled and expired read the same. */
const invalidKey: ErrorRow = {
  status: 401,
  isLasting: true,
  openai: { type: 'invalid_request_error', code: 'invalid_api_key', param: null },
  anthropic: 'authentication_error',
  message: () => 'The API key is not valid. Check it, or ask the operator of this gateway for a new one.',
};

export const errorTable = {
  missing_key: {
    status: 401,
    isLasting: true,
    openai: { type: 'invalid_request_error', code: 'missing_api_key', param: null },
    anthropic: 'authentication_error',
    message: (p) =>
      p.isBeforeModels === true
        ? `No API key was sent. ${sendWhereExpected}.`
        : 'No API key was sent. Send it as "Authorization: Bearer KEY" or "x-api-key: KEY".',
  },
  invalid_key: invalidKey,
  key_disabled: invalidKey,
  key_expired: invalidKey,
  missing_token: {
    status: 401,
    isLasting: true,
    openai: { type: 'invalid_request_error', code: 'missing_token', param: null },
    anthropic: 'authentication_error',
    message: (p) =>
      p.isBeforeModels === true
        ? `No access token was sent. ${sendWhereExpected}, as a rule as "Authorization: Bearer TOKEN".`
        : `${p.model === undefined ? 'This gateway' : `The model${quoted(p.model)}`} wants an access token besides the API key, and none was sent. Send the token where ` +
          'the operator of this gateway expects it, as a rule as "Authorization: Bearer TOKEN", and the key as "x-api-key".',
  },
  invalid_token: {
    status: 401,
    isLasting: true,
    openai: { type: 'invalid_request_error', code: 'invalid_token', param: null },
    anthropic: 'authentication_error',
    message: () => 'The access token is not valid: it has expired, or its issuer is another one. Get a new one.',
  },
  token_not_allowed: {
    status: 403,
    openai: { type: 'invalid_request_error', code: 'token_not_allowed', param: null },
    anthropic: 'permission_error',
    message: () => 'The access token is for another audience. Get one that is for this gateway.',
  },
  token_not_verified: {
    status: 503,
    openai: { type: 'server_error', code: 'token_not_verified', param: null },
    anthropic: 'api_error',
    message: () =>
      "The access token cannot be verified at the moment: its issuer's keys cannot be fetched. Try again in a few seconds.",
  },
  model_not_allowed: {
    status: 403,
    openai: { type: 'invalid_request_error', code: 'model_not_allowed', param: 'model' },
    anthropic: 'permission_error',
    message: (p) => `This API key may not use the model${quoted(p.model)}. ${listModels}`,
  },
  model_not_found: {
    status: 404,
    openai: { type: 'invalid_request_error', code: 'model_not_found', param: 'model' },
    anthropic: 'not_found_error',
    message: (p) => `The model${quoted(p.model)} does not exist. ${listModels}`,
  },
  model_of_other_api: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'model_of_other_api', param: 'model' },
    anthropic: 'invalid_request_error',
    message: (p) =>
      `The model${quoted(p.model)} is served by ${p.family === undefined ? 'another API' : `the API of ${p.family}`} ` +
      'only. Ask for it with a client of that API, or use another model.',
  },
  unknown_path: {
    status: 404,
    openai: { type: 'invalid_request_error', code: 'unknown_path', param: null },
    anthropic: 'not_found_error',
    message: (p) =>
      `Nothing is served at${quoted(p.path) || ' this path'}. ` +
      (p.servedAt === undefined
        ? 'Check the path; if the API should be there, ask the operator of this gateway.'
        : `What is meant is served at "${p.servedAt}": mend the base URL of the client.`),
  },
  method_not_allowed: {
    status: 405,
    openai: { type: 'invalid_request_error', code: 'method_not_allowed', param: null },
    anthropic: 'invalid_request_error',
    message: (p) =>
      `${quoted(p.path).trimStart() || 'This path'} does not take ${clip(p.method ?? 'this method')}.${useInstead(p)}`,
  },
  malformed_body: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'malformed_body', param: null },
    anthropic: 'invalid_request_error',
    message: (p) => `The request body cannot be read${because(p.reason)}. Send one JSON object in UTF-8.`,
  },
  invalid_query: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'invalid_query', param: null },
    anthropic: 'invalid_request_error',
    message: (p) => `The query of the address is not understood${because(p.reason)}.`,
  },
  missing_model: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'missing_model', param: 'model' },
    anthropic: 'invalid_request_error',
    message: () => `The request body has no "model". ${listModels}`,
  },
  invalid_model: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'invalid_model', param: 'model' },
    anthropic: 'invalid_request_error',
    message: () => `"model" must be a string that is not empty. ${listModels}`,
  },
  body_too_large: {
    status: 413,
    openai: { type: 'invalid_request_error', code: 'body_too_large', param: null },
    anthropic: 'request_too_large',
    message: (p) =>
      `The request body is larger than ${p.limitBytes === undefined ? 'allowed' : `${p.limitBytes} bytes`}. ` +
      'Send a shorter prompt, or ask the operator to raise the body limit.',
  },
  unsupported_media_type: {
    status: 415,
    openai: { type: 'invalid_request_error', code: 'unsupported_media_type', param: null },
    anthropic: 'invalid_request_error',
    message: (p) =>
      `The request body must be plain JSON${because(p.reason)}. ` +
      'Send "content-type: application/json" and no content-encoding.',
  },
  rate_limited: {
    status: 429,
    openai: { type: 'rate_limit_error', code: 'rate_limit_exceeded', param: null },
    anthropic: 'rate_limit_error',
    message: (p) => `Too many requests${because(p.reason)}. ${whenRoomIs(p)}`,
    members: (p) => (p.limit === undefined ? {} : { limit: p.limit }),
  },
  budget_exceeded: {
    status: 429,
    openai: { type: 'insufficient_quota', code: 'budget_exceeded', param: null },
    anthropic: 'rate_limit_error',
    message: shortOfBudget,
    members: (p) => ({ limit: p.limit ?? null }),
  },
  guardrail_violation: {
    status: 403,
    openai: { type: 'guardrail_violation', code: 'guardrail_violation', param: null },
    anthropic: 'guardrail_violation',
    message: (p) =>
      p.message ??
      'A rule of this gateway does not allow this content. Change it, or ask the operator which rule it is.',
    members: (p) => ({ guardrail: p.guardrail ?? null, rule: p.rule ?? null }),
  },
  guardrail_unavailable: {
    status: 503,
    openai: { type: 'server_error', code: 'guardrail_unavailable', param: null },
    anthropic: 'api_error',
    message: () => 'A check that this request needs cannot be made at the moment. Try again in a few seconds.',
    members: (p) => ({ guardrail: p.guardrail ?? null, rule: p.rule ?? null }),
  },
  limits_unavailable: {
    status: 503,
    openai: { type: 'server_error', code: 'limits_unavailable', param: null },
    anthropic: 'api_error',
    message: () => 'The gateway cannot tell at the moment what may still be spent. Try again in a few seconds.',
  },
  limit_not_kept: {
    status: 503,
    isLasting: true,
    openai: { type: 'server_error', code: 'limit_not_kept', param: null },
    anthropic: 'api_error',
    message: (p) =>
      `The limit${quoted(p.limit)} cannot be kept as it is written, so this is not let through. ` +
      'Ask the operator to mend it, as its status says.',
    members: (p) => ({ limit: p.limit ?? null }),
  },
  response_unreadable: {
    status: 502,
    openai: { type: 'server_error', code: 'response_unreadable', param: null },
    anthropic: 'api_error',
    message: () => 'The provider sent an answer that this gateway must check and cannot read. Try again.',
  },
  response_too_large: {
    status: 502,
    openai: { type: 'server_error', code: 'response_too_large', param: null },
    anthropic: 'api_error',
    message: () =>
      'The answer of the provider is larger than this gateway can check. Ask for less at once, or for a stream.',
  },
  provider_unreachable: {
    status: 502,
    openai: { type: 'server_error', code: 'provider_unreachable', param: null },
    anthropic: 'api_error',
    message: () => 'The provider could not be reached or broke the connection. Try again.',
  },
  provider_redirected: {
    status: 502,
    isLasting: true,
    openai: { type: 'server_error', code: 'provider_redirected', param: null },
    anthropic: 'api_error',
    message: () =>
      'The provider answered with a redirection to another address, which is not followed. ' +
      'Ask the operator of this gateway to correct the address of the provider.',
  },
  provider_timeout: {
    status: 504,
    openai: { type: 'timeout_error', code: 'provider_timeout', param: null },
    anthropic: 'timeout_error',
    message: () => 'The provider did not answer in time. Try again, or ask for a stream or a shorter answer.',
  },
  provider_silent: {
    status: 504,
    openai: { type: 'timeout_error', code: 'provider_silent', param: null },
    anthropic: 'timeout_error',
    message: () => 'The provider fell silent in the middle of its answer. Try again.',
  },
  chain_exhausted: {
    status: 502,
    openai: { type: 'server_error', code: 'chain_exhausted', param: null },
    anthropic: 'api_error',
    message: (p) =>
      `No provider of the model${quoted(p.model)} answered` +
      `${p.attempts === undefined ? '' : ` (attempts: ${p.attempts})`}. Try again, or use another model.`,
  },
  no_target: {
    status: 503,
    isLasting: true,
    openai: { type: 'server_error', code: 'no_target', param: 'model' },
    anthropic: 'api_error',
    message: (p) =>
      `No provider may serve the model${quoted(p.model)} right now. Ask the operator, or use another model.`,
  },
  route_closed: {
    status: 503,
    isLasting: true,
    openai: { type: 'server_error', code: 'route_closed', param: 'model' },
    anthropic: 'api_error',
    message: (p) =>
      `The policy${quoted(p.policy)} of this model cannot be enforced as it is written, so nothing gets past it. ` +
      'Ask the operator to mend it.',
    members: (p) => ({ policy: p.policy ?? null }),
  },
  gateway_not_ready: {
    status: 503,
    openai: { type: 'server_error', code: 'gateway_not_ready', param: null },
    anthropic: 'api_error',
    message: () => 'The gateway cannot decide about this request at the moment. Try again in a few seconds.',
  },
  gateway_overloaded: {
    status: 503,
    openai: { type: 'server_error', code: 'gateway_overloaded', param: null },
    anthropic: 'overloaded_error',
    message: () => 'The gateway has too much to do. Try again in a few seconds.',
  },
  bad_request: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'bad_request', param: null },
    anthropic: 'invalid_request_error',
    message: () =>
      'The request breaks the rules of HTTP. Check the client, and what stands between it and the gateway.',
  },
  request_timeout: {
    status: 408,
    openai: { type: 'timeout_error', code: 'request_timeout', param: null },
    anthropic: 'timeout_error',
    message: () => 'The request did not arrive completely in time. Send it again.',
  },
  upgrade_required: {
    status: 426,
    openai: { type: 'invalid_request_error', code: 'upgrade_required', param: null },
    anthropic: 'invalid_request_error',
    message: () => 'This version of HTTP is not served. Use HTTP/1.1 or HTTP/2.',
  },
  upgrade_not_served: {
    status: 400,
    openai: { type: 'invalid_request_error', code: 'upgrade_not_served', param: null },
    anthropic: 'invalid_request_error',
    message: () => 'WebSockets are not served here. Use HTTP; "stream": true brings an answer piece by piece.',
  },
  headers_too_large: {
    status: 431,
    openai: { type: 'invalid_request_error', code: 'headers_too_large', param: null },
    anthropic: 'invalid_request_error',
    message: () => 'The request headers are too large. Send fewer or shorter ones.',
  },
  internal: {
    status: 500,
    openai: { type: 'server_error', code: 'internal', param: null },
    anthropic: 'api_error',
    message: () => 'The gateway failed on this request. Tell the operator the request id.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

export const errorCodes = Object.keys(errorTable) as readonly ErrorCode[];

export function errorStatus(code: ErrorCode): number {
  return errorTable[code].status;
}
