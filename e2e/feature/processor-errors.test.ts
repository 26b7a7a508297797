import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropic, type ProgramInit } from '../../src/program/testing/program-of.ts';
import { ask, chatHeaders, startTestProcessor, type TestProcessor } from '../support/test-processor.ts';

const program: ProgramInit = {
  settings: { maxBodyBytes: 1_000n },
  providers: [{ name: 'a' }, { name: 'claude', dialect: anthropic }],
  models: [{ name: 'small' }, { name: 'opus' }, { name: 'chainless' }],
  routes: [
    { id: 'small', models: ['small'], targets: [{ provider: 'a', model: 'up' }] },
    { id: 'opus', models: ['opus'], targets: [{ provider: 'claude' }] },
  ],
  keys: [
    { name: 'k' },
    { name: 'off', isEnabled: false },
    { name: 'old', expiresAtMs: 1n },
    { name: 'narrow', allowModels: ['opus'] },
  ],
};

let t: TestProcessor;
beforeAll(async () => {
  t = await startTestProcessor({ program });
});
afterAll(() => t[Symbol.asyncDispose]());

interface Row {
  readonly what: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
  readonly anthropicType: string;
}

/** Refused as soon as the headers are here. */
const atHeaders: Row[] = [
  {
    what: 'an empty key',
    headers: { authorization: '' },
    status: 401,
    code: 'invalid_api_key',
    anthropicType: 'authentication_error',
  },
  {
    what: 'a wrong key',
    headers: { authorization: 'Bearer sk-wrong' },
    status: 401,
    code: 'invalid_api_key',
    anthropicType: 'authentication_error',
  },
  {
    what: 'two keys',
    headers: { 'x-api-key': 'sk-off' },
    status: 401,
    code: 'invalid_api_key',
    anthropicType: 'authentication_error',
  },
  {
    what: 'a disabled key',
    headers: { authorization: 'Bearer sk-off' },
    status: 401,
    code: 'invalid_api_key',
    anthropicType: 'authentication_error',
  },
  {
    what: 'an expired key',
    headers: { authorization: 'Bearer sk-old' },
    status: 401,
    code: 'invalid_api_key',
    anthropicType: 'authentication_error',
  },
  {
    what: 'a wrong method',
    headers: { ':method': 'GET' },
    status: 405,
    code: 'method_not_allowed',
    anthropicType: 'invalid_request_error',
  },
  {
    what: 'a wrong type',
    headers: { 'content-type': 'multipart/form-data' },
    status: 415,
    code: 'unsupported_media_type',
    anthropicType: 'invalid_request_error',
  },
  {
    what: 'an encoded body',
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'unsupported_media_type',
    anthropicType: 'invalid_request_error',
  },
  {
    what: 'a large body',
    headers: { 'content-length': '1001' },
    status: 413,
    code: 'body_too_large',
    anthropicType: 'request_too_large',
  },
];

/** Refused when the body is here. */
const atBody: Row[] = [
  {
    what: 'a body over the limit',
    body: { model: 'small', x: 'y'.repeat(1_000) },
    status: 413,
    code: 'body_too_large',
    anthropicType: 'request_too_large',
  },
  { what: 'no JSON', body: 'no', status: 400, code: 'malformed_body', anthropicType: 'invalid_request_error' },
  { what: 'an empty body', body: '', status: 400, code: 'malformed_body', anthropicType: 'invalid_request_error' },
  {
    what: 'a field twice',
    body: '{"model":"small","model":"opus"}',
    status: 400,
    code: 'malformed_body',
    anthropicType: 'invalid_request_error',
  },
  { what: 'no model', body: {}, status: 400, code: 'missing_model', anthropicType: 'invalid_request_error' },
  {
    what: 'a model that is no name',
    body: { model: 1 },
    status: 400,
    code: 'invalid_model',
    anthropicType: 'invalid_request_error',
  },
  {
    what: 'an unknown model',
    body: { model: 'none' },
    status: 404,
    code: 'model_not_found',
    anthropicType: 'not_found_error',
  },
  {
    what: 'an unknown model of a provider',
    body: { model: 'a/none' },
    status: 404,
    code: 'model_not_found',
    anthropicType: 'not_found_error',
  },
  {
    what: 'a model of another provider',
    body: { model: 'a/opus' },
    status: 404,
    code: 'model_not_found',
    anthropicType: 'not_found_error',
  },
  {
    what: 'a forbidden model',
    body: { model: 'small' },
    headers: { authorization: 'Bearer sk-narrow' },
    status: 403,
    code: 'model_not_allowed',
    anthropicType: 'permission_error',
  },
  {
    what: 'a model without a chain',
    body: { model: 'chainless' },
    status: 503,
    code: 'no_target',
    anthropicType: 'api_error',
  },
];

/** Envoy's own answers to a request that was on its way. */
const atResponse: { details: string; envoyStatus: number; status: number; code: string }[] = [
  {
    details: 'upstream_reset_before_response_started{connection_failure}',
    envoyStatus: 503,
    status: 502,
    code: 'provider_unreachable',
  },
  { details: 'no_healthy_upstream', envoyStatus: 503, status: 502, code: 'provider_unreachable' },
  { details: 'upstream_per_try_timeout', envoyStatus: 504, status: 504, code: 'provider_timeout' },
  { details: 'upstream_per_try_idle_timeout', envoyStatus: 504, status: 504, code: 'provider_timeout' },
  { details: 'response_timeout', envoyStatus: 504, status: 504, code: 'provider_timeout' },
  { details: 'cluster_not_found', envoyStatus: 503, status: 503, code: 'gateway_not_ready' },
  { details: 'ext_proc_error_gRPC_error_14', envoyStatus: 503, status: 503, code: 'gateway_not_ready' },
  { details: 'overload', envoyStatus: 503, status: 503, code: 'gateway_not_ready' },
];

describe('errors', () => {
  it.each(atHeaders)(
    '$what: $status at the headers, in both dialects',
    async ({ headers = {}, status, code, anthropicType }) => {
      const openai = await t.envoy.request().requestHeaders({ ...chatHeaders, ...headers });
      openai.rejects(status, code);
      expect(openai.immediate?.details).toMatch(/^sluice_/);
      expect(openai.headers).toMatchObject({ 'content-type': 'application/json', 'x-request-id': 'r-1' });
      expect(openai.json).toMatchObject({ error: { request_id: 'r-1' } });
      const messages = await t.envoy.request().requestHeaders({ ...chatHeaders, ':path': '/v1/messages', ...headers });
      expect(messages.rejects(status, anthropicType).json).toMatchObject({ type: 'error', request_id: 'r-1' });
      expect(messages.headers).toMatchObject({ 'request-id': 'r-1' });
    },
  );

  it.each(atBody)(
    '$what: $status at the body, in both dialects',
    async ({ headers = {}, body, status, code, anthropicType }) => {
      const openai = await ask(t.envoy, body, headers);
      openai.headers.continues();
      openai.body.rejects(status, code);
      const messages = await ask(t.envoy, body, { ...headers, ':path': '/v1/messages' });
      messages.body.rejects(status, anthropicType);
    },
  );

  it('a missing key reads differently from a wrong one, so that a client without configuration is recognised', async () => {
    const { authorization: _, ...headers } = chatHeaders;
    (await t.envoy.request().requestHeaders(headers)).rejects(401, 'missing_api_key');
  });

  it('an unknown path is 404, below /v1/ with a key and only with one', async () => {
    (await t.envoy.request().requestHeaders({ ...chatHeaders, ':path': '/v2/chat' })).rejects(404, 'unknown_path');
    (await t.envoy.request().requestHeaders({ ...chatHeaders, ':path': '/v1/files' })).rejects(404, 'unknown_path');
    const { authorization: _, ...headers } = chatHeaders;
    (await t.envoy.request().requestHeaders({ ...headers, ':path': '/v2/chat' })).rejects(404, 'unknown_path');
    (await t.envoy.request().requestHeaders({ ...headers, ':path': '/v1/files' })).rejects(401, 'missing_api_key');
  });

  it('a model whose providers speak another dialect is the mistake of the caller', async () => {
    (await ask(t.envoy, { model: 'opus' })).body.rejects(400, 'model_of_other_api');
  });

  it.each(atResponse)('$details: $status', async ({ details, envoyStatus, status, code }) => {
    const { conversation } = await ask(t.envoy, { model: 'small' });
    const reply = await conversation.responseHeaders(envoyStatus, { details });
    reply.rejects(status, code);
    expect(reply.headers).toMatchObject({ 'x-sluice-attempts': 'a/up', 'x-sluice-provider': 'a' });
    await conversation.end();
    expect(await t.metric('sluice_exchanges_open')).toBe(0);
  });

  it.each([400, 401, 404, 429, 500])("a provider's own %i passes as it is", async (status) => {
    const { conversation } = await ask(t.envoy, { model: 'small' });
    const reply = await conversation.responseHeaders(status);
    expect(reply.immediate).toBeUndefined();
    expect(reply.headers).toMatchObject({ 'x-sluice-provider': 'a' });
  });

  it('a page of a proxy in place of a provider is replaced', async () => {
    const { conversation } = await ask(t.envoy, { model: 'small' });
    const reply = await conversation.responseHeaders(502, { headers: { 'content-type': 'text/html' } });
    reply.rejects(502, 'provider_unreachable');
  });

  it('never repeats a secret', async () => {
    const reply = await t.envoy.request().requestHeaders({ ...chatHeaders, authorization: 'Bearer sk-very-secret' });
    expect(JSON.stringify([reply.body, reply.headers])).not.toContain('very-secret');
  });

  it('bytes that are no message fail the stream, and only this one', async () => {
    const conversation = t.envoy.request();
    conversation.garbage(Buffer.from([0xff, 0xff, 0xff]));
    expect(await conversation.ended()).toBe('13');
    expect(await t.metric('sluice_decode_errors_total')).toBe(1);
    expect((await ask(t.envoy, { model: 'small' })).body.chain).toEqual(['cluster-a']);
  });
});
