import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents } from '../support/policy-documents.ts';
import type { RecordingProvider } from '../support/recording-provider.ts';
import { lateMs, startToldService, type ToldAnswer, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * How often and for how long services are asked: time-outs and retries of HTTPRoutes, and of BackendTrafficPolicies for
 * them, on a real Envoy, as callers and services see them.
 */

type Spec = Readonly<Record<string, unknown>>;

const toOne = (path: string, more: Spec = {}): Spec => leadTo('one', [below(path)], more);

const soon = { backOff: { baseInterval: '1ms' } };
const retryOn = (triggers: readonly string[], httpStatusCodes?: readonly number[]): Spec => ({
  retry: { retryOn: { triggers, httpStatusCodes }, perRetry: soon },
});

/** BackendTrafficPolicies, each for the rule of its name. */
const traffic: Readonly<Record<string, Spec>> = {
  'any-5xx': retryOn(['5xx']),
  gateway: retryOn(['gateway-error']),
  reset: retryOn(['reset']),
  unreached: retryOn(['connect-failure', 'reset-before-request']),
  conflict: retryOn(['retriable-4xx']),
  codes: retryOn(['retriable-status-codes'], [418]),
  'codes-in-vain': retryOn(['connect-failure'], [418]),
  usual: { retry: { perRetry: soon } },
  none: { retry: { numRetries: 0, retryOn: { triggers: ['5xx'] } } },
  attempt: { retry: { numRetries: 1, retryOn: { triggers: ['5xx'] }, perRetry: { timeout: '200ms', ...soon } } },
  whole: { timeout: { http: { requestTimeout: '200ms' } } },
  silent: { timeout: { http: { streamIdleTimeout: '500ms' } } },
};

const manifests = (port: number): string =>
  documents(
    backendManifest('one', port),
    httpRoute('times', [
      toOne('/request', { timeouts: { request: '200ms' } }),
      toOne('/attempt', { timeouts: { backendRequest: '200ms' } }),
      toOne('/attempts', { timeouts: { backendRequest: '200ms' }, retry: { attempts: 2, backoff: '1ms' } }),
      toOne('/all', {
        timeouts: { request: '300ms', backendRequest: '200ms' },
        retry: { attempts: 5, backoff: '1ms' },
      }),
      toOne('/once', { retry: { codes: [503] } }),
      toOne('/thrice', { retry: { codes: [500, 503], attempts: 3, backoff: '0s' } }),
    ]),
    httpRoute(
      'by-policy',
      Object.keys(traffic).map((name) => ({ name, ...toOne(`/by-policy/${name}`) })),
    ),
    ...Object.entries(traffic).map(([name, spec]) =>
      attachedPolicy('BackendTrafficPolicy', name, { kind: 'HTTPRoute', name: 'by-policy', sectionName: name }, spec),
    ),
  );

let service: RecordingProvider;
let gateway: TestGateway;

function ask(path: string, then = ''): Promise<ToldAnswer> {
  return tell(gateway.port, path, { 'x-then': then });
}

beforeAll(async () => {
  service = await startToldService('one');
  gateway = await startGateway({ policy: { 'policy.yaml': manifests(service.port) } });
  await until('the routes are there', async () => (await ask('/request')).status === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await service?.close();
});

describe('time-outs', () => {
  it.each<[string, string, { readonly status: number; readonly asked: number; readonly leastMs: number }]>([
    ['of a request', '/request', { status: 504, asked: 1, leastMs: 200 }],
    ['of an attempt', '/attempt', { status: 504, asked: 1, leastMs: 200 }],
    ['of each of several attempts', '/attempts', { status: 504, asked: 3, leastMs: 600 }],
    ['of a request with all its attempts', '/all', { status: 504, asked: 2, leastMs: 300 }],
    ['of a request, by a policy', '/by-policy/whole', { status: 504, asked: 1, leastMs: 200 }],
    ['of each of several attempts, by a policy', '/by-policy/attempt', { status: 504, asked: 2, leastMs: 400 }],
    ['of silence, by a policy', '/by-policy/silent', { status: 504, asked: 1, leastMs: 500 }],
  ])('%s end it then and not before', async (_, path, { leastMs, ...expected }) => {
    const seen = await ask(path, 'late late late late late late');
    expect(seen).toMatchObject(expected);
    // Timers round.
    expect(seen.ms).toBeGreaterThan(leastMs - 10);
    expect(seen.ms).toBeLessThan(lateMs - 500);
  });

  it('of attempts leave the answer of the next one', async () => {
    expect(await ask('/attempts', 'late late')).toMatchObject({ status: 200, asked: 3 });
    expect(await ask('/by-policy/attempt', 'late')).toMatchObject({ status: 200, asked: 2 });
  });

  it('of silence end an answer that falls silent, and none that goes on', async () => {
    expect((await ask('/by-policy/silent', 'stall')).status).toBe(0);
    expect(await ask('/by-policy/silent', 'slowly')).toMatchObject({ status: 200, text: 'x'.repeat(8) });
  });
});

describe('retries', () => {
  it.each<[string, string, number, number]>([
    ['/once', '503', 200, 2],
    ['/once', '503 503', 503, 2],
    ['/once', '502', 502, 1],
    ['/once', 'reset', 200, 2],
    ['/thrice', '503 500 503', 200, 4],
    ['/thrice', '503 500 503 503', 503, 4],
    ['/request', '503', 503, 1],
    ['/by-policy/any-5xx', '500 reset', 200, 3],
    ['/by-policy/any-5xx', '500 502 503', 503, 3],
    ['/by-policy/any-5xx', '429', 429, 1],
    ['/by-policy/gateway', '502 504', 200, 3],
    ['/by-policy/gateway', '500', 500, 1],
    ['/by-policy/reset', 'reset', 200, 2],
    ['/by-policy/reset', '503', 503, 1],
    ['/by-policy/unreached', 'reset', 503, 1],
    ['/by-policy/conflict', '409', 200, 2],
    ['/by-policy/conflict', '418', 418, 1],
    ['/by-policy/codes', '418', 200, 2],
    ['/by-policy/codes', '503', 503, 1],
    ['/by-policy/codes-in-vain', '418', 418, 1],
    ['/by-policy/usual', '503 503', 200, 3],
    ['/by-policy/usual', '503 503 503', 503, 3],
    ['/by-policy/usual', '500', 500, 1],
    ['/by-policy/none', '500', 500, 1],
  ])('of %s after %s lead to %i by %i attempts', async (path, then, status, asked) => {
    expect(await ask(path, then)).toMatchObject({ status, asked });
  });

  it('are made for as many at once as need them', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => ask('/once', '503')));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });
});
