import { describe, expect, it } from 'vitest';
import { localReplies, localReplyBody } from './local-reply.ts';
import { renderError } from './render.ts';
import type { ErrorParams } from './row.ts';
import { type ErrorCode, errorCodes, errorStatus } from './table.ts';

const dialects = ['openai', 'anthropic'] as const;
const requestId = '7f0c"\\\n';

function bodyOf(code: ErrorCode, dialect: 'openai' | 'anthropic', params: ErrorParams = {}) {
  return JSON.parse(renderError(code, dialect, { requestId, params }).body.toString('utf8'));
}

describe('renderError()', () => {
  it.each(errorCodes)('%s is valid JSON in both shapes and carries the request id', (code) => {
    const openai = bodyOf(code, 'openai');
    expect(Object.keys(openai)).toEqual(['error']);
    expect(Object.keys(openai.error).slice(0, 5)).toEqual(['message', 'type', 'param', 'code', 'request_id']);
    expect(openai.error.request_id).toBe(requestId);
    const anthropic = bodyOf(code, 'anthropic');
    expect(Object.keys(anthropic)).toEqual(['type', 'error', 'request_id']);
    expect(anthropic.type).toBe('error');
    expect(Object.keys(anthropic.error).slice(0, 2)).toEqual(['type', 'message']);
    expect(anthropic.request_id).toBe(requestId);
    expect(anthropic.error.message).toBe(openai.error.message);
    expect(openai.error.message).toMatch(/\.$/);
  });

  it('answers each code with its status', () => {
    const statuses = Object.fromEntries(errorCodes.map((code) => [code, errorStatus(code)]));
    expect(statuses).toMatchObject({
      missing_key: 401,
      invalid_key: 401,
      model_not_allowed: 403,
      model_not_found: 404,
      unknown_path: 404,
      method_not_allowed: 405,
      malformed_body: 400,
      missing_model: 400,
      body_too_large: 413,
      unsupported_media_type: 415,
      rate_limited: 429,
      budget_exceeded: 429,
      guardrail_violation: 403,
      guardrail_unavailable: 503,
      limits_unavailable: 503,
      limit_not_kept: 503,
      response_unreadable: 502,
      provider_unreachable: 502,
      provider_redirected: 502,
      provider_timeout: 504,
      model_of_other_api: 400,
      no_target: 503,
      route_closed: 503,
      gateway_not_ready: 503,
      chain_exhausted: 502,
      internal: 500,
    });
    for (const code of errorCodes) {
      expect(renderError(code, 'openai', { requestId }).status).toBe(errorStatus(code));
    }
  });

  it('tells clients not to try again what only another key or policy would let through', () => {
    for (const dialect of dialects) {
      const lasting = errorCodes.filter(
        (code) => 'x-should-retry' in renderError(code, dialect, { requestId }).headers,
      );
      expect(lasting).toEqual([
        ...['missing_key', 'invalid_key', 'key_disabled', 'key_expired', 'missing_token', 'invalid_token'],
        ...['limit_not_kept', 'provider_redirected', 'no_target', 'route_closed'],
      ]);
    }
  });

  it('names the rule that blocks and the limit that is used up, for programs to read', () => {
    const rule = { guardrail: 'no-secrets', rule: 'keys', message: 'Not here.' };
    for (const dialect of dialects) {
      expect(bodyOf('guardrail_violation', dialect, rule).error).toMatchObject(rule);
      expect(bodyOf('guardrail_violation', dialect).error).toMatchObject({ guardrail: null, rule: null });
      expect(bodyOf('budget_exceeded', dialect, { limit: 'month' }).error).toMatchObject({ limit: 'month' });
    }
  });

  it('does not tell an unknown key from a disabled or an expired one', () => {
    for (const dialect of dialects) {
      const unknown = renderError('invalid_key', dialect, { requestId });
      expect(renderError('key_disabled', dialect, { requestId })).toEqual(unknown);
      expect(renderError('key_expired', dialect, { requestId })).toEqual(unknown);
    }
  });

  it('quotes the model and says which field was wrong', () => {
    const { error } = bodyOf('model_not_found', 'openai', { model: 'gpt-"9"' });
    expect(error.message).toBe('The model "gpt-"9"" does not exist. GET /v1/models lists the models this key may use.');
    expect(error).toMatchObject({ param: 'model', code: 'model_not_found', type: 'invalid_request_error' });
    expect(bodyOf('model_not_found', 'anthropic').error.type).toBe('not_found_error');
  });

  it.each(['model', 'path', 'method', 'reason'] as const)('never repeats a long %s', (name) => {
    for (const code of errorCodes) {
      const message = bodyOf(code, 'openai', { [name]: 'x'.repeat(5000) }).error.message;
      expect(message.length).toBeLessThan(400);
    }
  });

  it('cuts between characters', () => {
    const message = bodyOf('model_not_found', 'openai', { model: `${'x'.repeat(119)}😀😀` }).error.message;
    expect(message).toContain(`"${'x'.repeat(119)}…"`);
  });

  it('gives the headers that clients look for', () => {
    expect(renderError('missing_key', 'openai', { requestId: 'r1' }).headers).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'r1',
      'www-authenticate': 'Bearer',
      'x-should-retry': 'false',
    });
    expect(
      renderError('rate_limited', 'anthropic', { requestId: 'r1', params: { retryAfterSeconds: 7 } }).headers,
    ).toEqual({
      'content-type': 'application/json',
      'x-request-id': 'r1',
      'request-id': 'r1',
      'retry-after': '7',
    });
    const params = { method: 'GET', path: '/v1/chat/completions', allow: ['POST'] };
    const refused = renderError('method_not_allowed', 'openai', { requestId: 'r1', params });
    expect(refused.headers.allow).toBe('POST');
    expect(refused.body.toString()).toContain('does not take GET. Use POST.');
  });
});

describe('localReplyBody()', () => {
  it.each(localReplies)(
    '$status is the same answer as the gateway gives, with the request id left to Envoy',
    ({ status, code }) => {
      expect(errorStatus(code)).toBe(status);
      for (const dialect of dialects) {
        const own = renderError(code, dialect, { requestId: '%REQ(X-REQUEST-ID)%' });
        expect(localReplyBody(code, dialect)).toEqual(JSON.parse(own.body.toString('utf8')));
      }
    },
  );

  it('leaves no percent sign that Envoy would read as an operator', () => {
    const body = localReplyBody('rate_limited', 'anthropic', { reason: '90% used' });
    expect(body).toMatchObject({ error: { message: 'Too many requests: 90%% used. Try again later.' } });
  });
});
