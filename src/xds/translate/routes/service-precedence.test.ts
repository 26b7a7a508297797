import { describe, expect, it } from 'vitest';
import { noHeaderChanges, type PathMatch, type ServiceMatch, type ServiceRoute } from '../../../model/service.ts';
import { inPrecedence } from './service-precedence.ts';

const host = 'a.example.com';

function route(id: string, match: Partial<ServiceMatch> = {}, hostnames: readonly string[] = []): ServiceRoute {
  return {
    id,
    listeners: ['http'],
    hostnames,
    match: { path: { kind: 'prefix', value: '/' }, headers: [], query: [], ...match },
    action: { kind: 'fail', status: 500 },
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
    origins: [],
  };
}

const path = (kind: PathMatch['kind'], value: string) => ({ path: { kind, value } });
const value = (name: string) => ({ name, kind: 'exact', value: 'v' }) as const;

/** In either order, so that neither the order of reading nor the names decide. */
function firstOf(one: ServiceRoute, other: ServiceRoute): readonly string[] {
  const found = [
    [one, other],
    [other, one],
  ].map((routes) => inPrecedence(routes, host)[0]?.id ?? '');
  return [...new Set(found)];
}

describe('of two routes that a request fits, the one', () => {
  it.each<[string, ServiceRoute, ServiceRoute]>([
    ['that names its host', route('z', {}, [host]), route('a', path('exact', '/a'), ['*.example.com'])],
    ['with the longer wildcard', route('z', {}, ['*.example.com']), route('a', path('exact', '/a'), ['*.com'])],
    ['with a host before one for every host', route('z', {}, ['*.com']), route('a', path('exact', '/a'))],
    [
      'whose names are about this host, though others of the other are longer',
      route('z', {}, [host]),
      route('a', path('exact', '/a'), ['*.example.com', 'a-very-long-name.example.org']),
    ],
    ['with an exact path', route('z', path('exact', '/a')), route('a', path('prefix', '/a/very/long/prefix'))],
    ['with an exact path', route('z', path('exact', '/a')), route('a', path('regex', '/a/very/long/expression'))],
    ['with an expression before a prefix', route('z', path('regex', '/a')), route('a', path('prefix', '/a/longer'))],
    [
      'with the longer prefix',
      route('z', path('prefix', '/a/b')),
      route('a', { ...path('prefix', '/a'), method: 'GET' }),
    ],
    ['with a method', route('z', { method: 'GET' }), route('a', { headers: [value('x-a'), value('x-b')] })],
    [
      'with more headers',
      route('z', { headers: [value('x-a'), value('x-b')] }),
      route('a', { headers: [value('x-a')], query: [value('a'), value('b')] }),
    ],
    ['with more parameters', route('z', { query: [value('a'), value('b')] }), route('a', { query: [value('a')] })],
  ])('%s comes first', (_, first, second) => {
    expect(firstOf(first, second)).toEqual([first.id]);
  });

  it.each<[string, ServiceRoute, ServiceRoute]>([
    ['', route('b', { method: 'GET' }), route('a', { method: 'PUT' })],
    [', a slash at its end or not', route('b', path('prefix', '/shop')), route('a', path('prefix', '/shop/'))],
    [', also beyond the ninth', route('r/9/0', { headers: [value('x')] }), route('r/10/0', { headers: [value('y')] })],
  ])('that the model names first stays first where nothing tells them apart%s', (_, first, second) => {
    expect(inPrecedence([first, second], host)[0]).toBe(first);
    expect(inPrecedence([second, first], host)[0]).toBe(second);
  });

  it('keeps all others behind it', () => {
    const all = [route('c'), route('b', path('prefix', '/b')), route('a', path('exact', '/a'))];
    expect(inPrecedence(all, host).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});
