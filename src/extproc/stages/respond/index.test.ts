import { describe, expect, it, vi } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { type ExchangeFields, exchangeOf, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { type HeaderLines, responseHeadersMessage } from '../../testing/message.ts';
import { AttemptTrail } from '../../trail/attempt-trail.ts';
import { verdict } from '../../verdict.ts';
import type { HiddenFailure } from '../../watched/attempt-watch.ts';
import { respond } from './index.ts';

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b' }],
  models: [{ name: 'small' }],
  routes: [
    {
      id: 'r',
      models: ['small'],
      targets: [
        { provider: 'a', model: 'up-a' },
        { provider: 'b', model: 'größe', priority: 1 },
      ],
      coolDown: { failures: 3, durationMs: 9 },
    },
  ],
});
const route = program.routes.find('k', 'small');
const targets = (route?.targets ?? []).map((target) => ({ target, provider: providerIn(program, target.provider) }));

interface Reply {
  readonly status: number;
  readonly attempts?: number;
  readonly details?: string;
  readonly headers?: HeaderLines;
}

function answered({ status, attempts = 1, details = 'via_upstream', headers }: Reply, fields: ExchangeFields = {}) {
  const report = vi.fn();
  const exchange = exchangeOf(program, { model: modelIn(program, 'small'), route, targets, ...fields });
  const message = responseHeadersMessage(
    { ':status': String(status), 'content-type': 'application/json', ...headers },
    { 'upstream.request_attempt_count': attempts, 'response.code_details': details },
  );
  const decision = respond(report).responseHeaders?.(exchange, message);
  const set = exchange.answer.setHeaders;
  return {
    decision,
    exchange,
    headers: Object.fromEntries(set.flatMap((name, i) => (i % 2 === 0 ? [[name, set[i + 1]]] : []))),
    reported: report.mock.calls.map(([target, isFailure]) => `${target.provider} ${isFailure ? 'failed' : 'answered'}`),
  };
}

const broken = { reason: 'broken', errorBody: undefined } as const;

function hiding(attempt: number, failure: HiddenFailure): AttemptTrail {
  const trail = new AttemptTrail(0, 0);
  trail.hides(attempt, failure);
  return trail;
}

const notConnected = { failure: 'not connected' };

/** Of Envoy, for an attempt without an answer. */
function localReply(status: number, reason: string): Reply {
  return { status, details: `upstream_reset_before_response_started${reason}` };
}

describe('respond', () => {
  it('says who answered, for which model, and what was tried', () => {
    expect(answered({ status: 200, attempts: 2 }).headers).toEqual({
      'x-sluice-provider': 'b',
      'x-sluice-model': 'small',
      'x-sluice-attempts': 'a/up-a,b/gr%C3%B6%C3%9Fe',
    });
  });

  it.each<[Reply, string[]]>([
    [{ status: 200 }, ['a answered']],
    [{ status: 200, attempts: 2 }, ['a failed', 'b answered']],
    [{ status: 429, attempts: 2 }, ['a failed', 'b failed']],
    [{ status: 529 }, ['a failed']],
    [{ status: 400 }, ['a answered']],
    [{ status: 503, details: 'upstream_reset_before_response_started{connection_failure}' }, ['a failed']],
    [{ status: 413, attempts: 0, details: 'request_payload_too_large' }, []],
  ])('reports %j as %j', (reply, reported) => {
    expect(answered(reply).reported).toEqual(reported);
  });

  it.each([400, 401, 404, 429, 500, 529])("passes a provider's own %i in JSON on as it is", (status) => {
    const { decision, headers } = answered({ status });
    expect(decision).toBe(verdict.proceed);
    expect(headers['x-sluice-provider']).toBe('a');
  });

  it.each([
    [500, 'provider_unreachable'],
    [502, 'provider_unreachable'],
    [504, 'provider_timeout'],
    [429, 'rate_limited'],
  ])('replaces a %i that no client can read by %s', (status, code) => {
    expect(answered({ status, headers: { 'content-type': 'text/html' } }).exchange.rejection?.code).toBe(code);
  });

  it.each([400, 404, 499])("keeps a %i, the caller's own mistake, whatever it looks like", (status) => {
    expect(answered({ status, headers: { 'content-type': 'text/html' } }).decision).toBe(verdict.proceed);
  });

  it.each([300, 301, 302, 303, 307, 308])('puts an error in place of a redirection: %i', (status) => {
    const { exchange, reported } = answered({ status, headers: { location: 'https://elsewhere.example/' } });
    expect(exchange.rejection?.code).toBe('provider_redirected');
    expect(exchange.immediate?.headers).not.toContain('location');
    // Of the provider the record says what it did.
    expect(exchange.outcome).toEqual({ status });
    expect(reported).toEqual(['a answered']);
  });

  it('leaves an answer that has not changed as it is', () => {
    expect(answered({ status: 304 }).decision).toBe(verdict.proceed);
  });

  it.each([307, 502])('leaves what is passed through alone, whatever it looks like: %i', (status) => {
    const reply = { status, headers: { 'content-type': 'text/html' } };
    expect(answered(reply, { isPassthrough: true }).decision).toBe(verdict.proceed);
  });

  it.each([
    [
      'upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}',
      503,
      'provider_unreachable',
    ],
    ['upstream_reset_before_response_started{connection_timeout}', 503, 'provider_unreachable'],
    ['upstream_reset_before_response_started{protocol_error}', 502, 'provider_unreachable'],
    ['upstream_reset_before_response_started{overflow}', 503, 'gateway_overloaded'],
    ['no_healthy_upstream', 503, 'provider_unreachable'],
    ['upstream_per_try_timeout', 504, 'provider_timeout'],
    ['upstream_per_try_idle_timeout', 504, 'provider_timeout'],
    ['response_timeout', 504, 'provider_timeout'],
    ['cluster_not_found', 503, 'gateway_not_ready'],
    ['ext_proc_error_gRPC_error_5', 503, 'gateway_not_ready'],
    ['request_payload_too_large', 413, 'body_too_large'],
    ['something_new', 503, 'gateway_not_ready'],
    ['something_new', 400, 'bad_request'],
    ['something_new', 418, 'bad_request'],
    ['something_new', 500, 'internal'],
    ['something_new', 599, 'internal'],
  ])("puts our own error in place of Envoy's %s (%i): %s", (details, status, code) => {
    const { decision, exchange } = answered({ status, details });
    expect(decision).toBe(verdict.answered);
    expect(exchange.rejection).toMatchObject({ code, params: { model: 'small' } });
    const body = JSON.parse(exchange.immediate?.body.toString() ?? '');
    expect(body.error).toMatchObject({ message: expect.any(String), request_id: 'r-1' });
    expect(exchange.immediate?.headers).toContain('x-sluice-attempts');
  });

  it.each<[Reply, object | undefined]>([
    [{ status: 200 }, { status: 200 }],
    // What the caller gets in its place is ours.
    [{ status: 503, headers: { 'content-type': 'text/html' } }, { status: 503 }],
    [localReply(503, '{remote_connection_failure|delayed_connect_error:_Connection_refused}'), notConnected],
    [localReply(503, '{remote_connection_failure|TLS_error:|1:WRONG_VERSION_NUMBER:TLS_error_end}'), notConnected],
    [localReply(503, '{connection_timeout}'), notConnected],
    [localReply(503, '{connection_termination}'), { failure: 'disconnected' }],
    [localReply(502, '{protocol_error}'), { failure: 'disconnected' }],
    [localReply(503, '{remote_reset}'), { failure: 'disconnected' }],
    [{ status: 504, details: 'upstream_per_try_idle_timeout' }, { failure: 'timed out' }],
    [{ status: 504, details: 'upstream_per_try_timeout' }, { failure: 'timed out' }],
    [localReply(503, '{overflow}'), undefined],
    [{ status: 413, attempts: 0, details: 'request_payload_too_large' }, undefined],
  ])('keeps of the last attempt, after %j: %j', (reply, outcome) => {
    expect(answered(reply).exchange.outcome).toEqual(outcome);
  });

  it('keeps that a failure hid behind a 200', () => {
    expect(answered({ status: 599 }, { trail: hiding(1, broken) }).exchange.outcome).toEqual({
      status: 200,
      failure: 'broken answer',
    });
  });

  it('gives a failure behind a 200 a status of its own, and leaves an error that can be read as it is', () => {
    const { decision, headers, exchange, reported } = answered(
      { status: 599, attempts: 2 },
      { trail: hiding(2, { reason: 'error', errorBody: undefined }) },
    );
    expect(decision).toBe(verdict.proceed);
    expect(headers).toMatchObject({ ':status': '502', 'x-sluice-attempts': 'a/up-a,b/gr%C3%B6%C3%9Fe' });
    expect(exchange.status).toBe(502);
    expect(reported).toEqual(['a failed', 'b failed']);
  });

  it('puts the error of a stream in its place, as a body that can be read', () => {
    const failure = { reason: 'error', errorBody: Buffer.from('{"error":{}}') } as const;
    const { decision, exchange, reported } = answered({ status: 599 }, { trail: hiding(1, failure) });
    expect(decision).toBe(verdict.answered);
    expect(exchange.rejection).toBeUndefined();
    expect(exchange.immediate).toMatchObject({ status: 502, body: failure.errorBody });
    expect(exchange.immediate?.headers).toEqual(
      expect.arrayContaining(['content-type', 'application/json', 'x-request-id', 'r-1', 'x-sluice-attempts']),
    );
    expect(reported).toEqual(['a failed']);
  });

  it('puts our own error in place of a body that is not all there', () => {
    const { exchange, reported } = answered({ status: 599 }, { trail: hiding(1, broken) });
    expect(exchange.rejection?.code).toBe('provider_unreachable');
    expect(exchange.immediate?.headers).toContain('x-sluice-attempts');
    expect(reported).toEqual(['a failed']);
  });

  it('does not mistake a later answer for an earlier failure', () => {
    const trail = hiding(1, broken);
    expect(answered({ status: 200, attempts: 2 }, { trail }).headers).not.toHaveProperty(':status');
    expect(answered({ status: 599, attempts: 2 }, { trail }).exchange.status).toBe(599);
    expect(answered({ status: 200, attempts: 2 }, { trail }).reported).toEqual(['a failed', 'b answered']);
  });

  it('speaks the dialect of the caller', () => {
    const { exchange } = answered({ status: 503, details: 'no_healthy_upstream' }, { dialect: 'anthropic' });
    expect(JSON.parse(exchange.immediate?.body.toString() ?? '')).toMatchObject({ type: 'error', request_id: 'r-1' });
  });

  it.each([
    ['direct_response', 204],
    ['sluice_internal', 500],
  ])('leaves %s (%i) as it is', (details, status) => {
    expect(answered({ status, details, attempts: 0 }).decision).toBe(verdict.proceed);
  });

  it('says nothing about providers where none was tried', () => {
    const { exchange } = answered({ status: 413, attempts: 0, details: 'request_payload_too_large' }, { targets: [] });
    expect(exchange.immediate?.headers).not.toContain('x-sluice-provider');
    expect(exchange.rejection?.params.limitBytes).toBe(1_048_576);
  });
});
