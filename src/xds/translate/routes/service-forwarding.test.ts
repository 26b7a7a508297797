import { describe, expect, it } from 'vitest';
import type { Listener } from '../../../model/listener.ts';
import { noHeaderChanges, type PathRewrite, type ServiceAction, type ServiceRoute } from '../../../model/service.ts';
import { serviceRoute } from './service-routes.ts';

type Forward = Extract<ServiceAction, { readonly kind: 'forward' }>;

const listener: Listener = { name: 'http', address: '0.0.0.0', port: 80, hostnames: [], origins: [] };
const backend = { cluster: 'service/a', weight: 1, requestHeaders: noHeaderChanges, responseHeaders: noHeaderChanges };

function translated(action: Partial<Forward>, more: Partial<ServiceRoute> = {}, around: Partial<Listener> = {}) {
  const route: ServiceRoute = {
    id: 'a',
    listeners: ['http'],
    hostnames: [],
    match: { path: { kind: 'prefix', value: '/shop' }, headers: [], query: [] },
    action: { kind: 'forward', backends: [backend], rewrite: {}, mirrors: [], ...action },
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
    origins: [],
    ...more,
  };
  const place = { listener: { ...listener, ...around }, isCorsOn: false, isGuarded: false };
  return serviceRoute(route, place, undefined);
}

function forwarded(action: Partial<Forward>, more: Partial<ServiceRoute> = {}) {
  const { action: found } = translated(action, more);
  if (found?.case !== 'route') throw new Error(`not forwarded: ${found?.case}`);
  return found.value;
}

const refused = { case: 'directResponse', value: { status: 500 } };

describe('a route for a service', () => {
  it('is refused while a filter that it, or its listener, asks for cannot be had', () => {
    expect(translated({}).action?.case).toBe('route');
    expect(translated({}, { filters: { lua: 'unusable' } }).action).toEqual(refused);
    expect(translated({}, {}, { filters: { keys: 'unusable' } }).action).toEqual(refused);
    expect(translated({}, {}, { filters: { tokens: 'unusable', lua: ['l'] } }).action).toEqual(refused);
  });

  it('is open where it has a filter of its own in place of the listener’s that cannot be had', () => {
    const action = translated({}, { filters: { keys: ['own'] } }, { filters: { keys: 'unusable' } }).action;
    expect(action?.case).toBe('route');
  });

  it('changes headers as they are written, whatever stands in them', () => {
    const requestHeaders = {
      set: [{ name: 'x-set', value: '100%' }],
      add: [{ name: 'x-add', value: 'v' }],
      remove: ['x-gone'],
    };
    const { requestHeadersToAdd, requestHeadersToRemove, responseHeadersToAdd } = translated({}, { requestHeaders });
    expect(requestHeadersToAdd?.map(({ header }) => [header?.key, header?.value])).toEqual([
      ['x-set', '100%%'],
      ['x-add', 'v'],
    ]);
    expect(requestHeadersToRemove).toEqual(['x-gone']);
    expect(responseHeadersToAdd).toEqual([]);
    const back = translated({}, { responseHeaders: requestHeaders });
    expect(back.responseHeadersToRemove).toEqual(['x-gone']);
    expect(back.requestHeadersToAdd).toEqual([]);
  });
});

describe('time-outs and retries of a service', () => {
  it('are none unless they are said', () => {
    const { timeout, idleTimeout, retryPolicy } = forwarded({});
    expect([timeout?.seconds, idleTimeout, retryPolicy]).toEqual([0n, undefined, undefined]);
  });

  it('bound the whole, an attempt and the silence, each for itself', () => {
    expect(forwarded({ timeoutMs: 2000 }).timeout?.seconds).toBe(2n);
    expect(forwarded({ silenceMs: 3000 }).idleTimeout?.seconds).toBe(3n);
    expect(forwarded({ silenceMs: 0 }).idleTimeout).toMatchObject({ seconds: 0n, nanos: 0 });
    const { retryPolicy } = forwarded({ attemptTimeoutMs: 4000 });
    expect(retryPolicy?.perTryTimeout?.seconds).toBe(4n);
    expect(retryPolicy?.retryOn).toBeUndefined();
  });

  it('are tried again after whatever leaves an attempt without an answer, and the statuses', () => {
    const retry = { attempts: 3, statuses: [503], backoffMs: 1000 };
    expect(forwarded({ retry }).retryPolicy).toMatchObject({
      retryOn: 'connect-failure,refused-stream,reset,retriable-status-codes',
      numRetries: 3,
      retriableStatusCodes: [503],
    });
    const { retryPolicy } = forwarded({ retry: { ...retry, triggers: ['5xx'], mostBackoffMs: 2000 } });
    expect(retryPolicy?.retryOn).toBe('5xx');
    expect(retryPolicy?.retryBackOff?.baseInterval?.seconds).toBe(1n);
    expect(retryPolicy?.retryBackOff?.maxInterval?.seconds).toBe(2n);
    expect(forwarded({ retry }).retryPolicy?.retryBackOff).not.toHaveProperty('maxInterval');
  });
});

/** What Envoy makes of a path; expressions as RE2 and JavaScript both read them. */
function rewritten(rewrite: PathRewrite, prefix: string, path: string): string {
  const match = { path: { kind: 'prefix', value: prefix }, headers: [], query: [] } as const;
  const { prefixRewrite, regexRewrite } = forwarded({ rewrite: { path: rewrite } }, { match });
  if (regexRewrite === undefined) return prefixRewrite + path.slice(prefix.replace(/\/$/, '').length);
  const { pattern, substitution = '' } = regexRewrite;
  return path.replace(
    new RegExp(pattern?.regex ?? ''),
    substitution.replace(/\\(.)/g, (_, sign) => (sign === '1' ? '$1' : sign)),
  );
}

describe('the path that a service is asked for', () => {
  it.each<[PathRewrite['kind'], string, string, string, string]>([
    ['prefix', '/cart', '/shop', '/shop/1', '/cart/1'],
    ['prefix', '/cart/', '/shop/', '/shop/1', '/cart/1'],
    ['prefix', '/', '/shop', '/shop/1', '/1'],
    ['prefix', '/', '/shop', '/shop', '/'],
    ['prefix', '/cart', '/', '/1', '/cart/1'],
    ['prefix', '/a', '/shop', '/shop', '/a'],
    ['prefix', '/', '/v1.0', '/v1.0/x', '/x'],
    ['full', '/all', '/shop', '/shop/1/2', '/all'],
    ['full', '/a\\1', '/shop', '/shop/1', '/a\\1'],
  ])('%s %s in place of %s makes of %s: %s', (kind, value, prefix, path, expected) => {
    expect(rewritten({ kind, value }, prefix, path)).toBe(expected);
  });

  it('is compared with the prefix letter by letter, whatever it means in an expression', () => {
    const match = { path: { kind: 'prefix', value: '/v1.0' }, headers: [], query: [] } as const;
    const { regexRewrite } = forwarded({ rewrite: { path: { kind: 'prefix', value: '/' } } }, { match });
    expect('/v1x0/x').not.toMatch(new RegExp(regexRewrite?.pattern?.regex ?? ''));
  });
});
