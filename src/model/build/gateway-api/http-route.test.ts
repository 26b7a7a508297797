import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const services = ['shop', 'copy', 'old']
  .map(
    (name) => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: web}\nspec: {ports: [{port: 80}]}\n`,
  )
  .join('---\n');

const everywhere = 'parentRefs: [{name: edge}]';

function build(rule: string, more = everywhere) {
  const text = `${services}---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: web}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}, {name: inner, port: 81, protocol: HTTP, hostname: inner.test}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site, namespace: web}
spec: {${more}, rules: [${rule}]}
`;
  const { documents, problems: wrong } = parseDocuments(text, 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, secretsOnly());
  const [gateway] = gateways;
  if (gateway === undefined) throw new Error('no gateway');
  const { routes, backends } = gateway.services;
  const clusterOf = (name: string) =>
    backends.find(({ cluster }) => cluster.startsWith(`service/web/${name}@`))?.cluster;
  return {
    routes,
    action: routes[0]?.action,
    clusterOf,
    problems: problems.map(({ path, reason }) => [path, reason]),
    messages: problems.map(({ message }) => message),
  };
}

const toShop = 'backendRefs: [{name: shop, port: 80}]';

describe('a new path of an HTTPRoute', () => {
  it.each([
    ['ReplaceFullPath, replaceFullPath: ""', { kind: 'full', value: '/' }],
    ['ReplaceFullPath, replaceFullPath: all', { kind: 'full', value: '/all' }],
    ['ReplaceFullPath, replaceFullPath: /all', { kind: 'full', value: '/all' }],
    ['ReplacePrefixMatch, replacePrefixMatch: ""', { kind: 'prefix', value: '' }],
    ['ReplacePrefixMatch, replacePrefixMatch: all', { kind: 'prefix', value: '/all' }],
  ])('begins with a slash, or is none: %s', (path, expected) => {
    const rewrite = `[{type: URLRewrite, urlRewrite: {path: {type: ${path}}}}]`;
    expect(build(`{filters: ${rewrite}, ${toShop}}`).routes[0]?.action).toMatchObject({ rewrite: { path: expected } });
    const redirect = `[{type: RequestRedirect, requestRedirect: {path: {type: ${path}}}}]`;
    expect(build(`{filters: ${redirect}}`).routes[0]?.action).toMatchObject({ path: expected });
  });
});

describe('matches of an HTTPRoute', () => {
  it('compare paths, methods, headers and parameters as they say', () => {
    const matches = `[{path: {type: Exact, value: /a}, method: POST}, {path: {value: /b}}, {path: {type: RegularExpression, value: "/c.*"}},
      {headers: [{name: x-a, value: one}, {name: x-b, type: RegularExpression, value: "t.o"}], queryParams: [{name: q, value: "1"}]}]`;
    expect(build(`{matches: ${matches}, ${toShop}}`).routes.map(({ match }) => match)).toEqual([
      { path: { kind: 'exact', value: '/a' }, method: 'POST', headers: [], query: [] },
      { path: { kind: 'prefix', value: '/b' }, headers: [], query: [] },
      { path: { kind: 'regex', value: '/c.*' }, headers: [], query: [] },
      {
        path: { kind: 'prefix', value: '/' },
        headers: [
          { name: 'x-a', kind: 'exact', value: 'one' },
          { name: 'x-b', kind: 'regex', value: 't.o' },
        ],
        query: [{ name: 'q', kind: 'exact', value: '1' }],
      },
    ]);
  });

  it('stay in the order in which they are written, also beyond the ninth', () => {
    const rules = Array.from(
      { length: 12 },
      (_, index) => `{matches: [{headers: [{name: x-${index}, value: v}]}], ${toShop}}`,
    );
    const names = build(rules.join()).routes.map(({ match }) => match.headers[0]?.name);
    expect(names).toEqual(rules.map((_, index) => `x-${index}`));
  });

  it('below /v1/ are warned of where the route answers on every host, since models answer there', () => {
    const below = `{matches: [{path: {value: /a}}, {path: {value: /v1/files}}], ${toShop}}`;
    const warned = [['spec.rules[0].matches[1].path.value', undefined]];
    expect(build(below).problems).toEqual(warned);
    expect(build(below, 'hostnames: [shop.test], parentRefs: [{name: edge, sectionName: http}]').problems).toEqual([]);
    expect(build(`{matches: [{path: {value: /v1}}], ${toShop}}`).problems).toEqual([]);
  });
});

describe('backends of an HTTPRoute', () => {
  it('share requests by weight; one without a share is left out, one that does not exist keeps its own', () => {
    const refs = '{name: shop, port: 80, weight: 3}, {name: old, port: 80, weight: 0}, {name: gone, port: 80}';
    const { action, clusterOf, problems } = build(`{backendRefs: [${refs}]}`);
    expect(action).toMatchObject({ kind: 'forward', backends: [{ weight: 3 }, { weight: 1 }] });
    if (action?.kind !== 'forward') return;
    expect(action.backends.map(({ cluster }) => cluster)).toEqual([clusterOf('shop'), undefined]);
    expect(problems).toEqual([['spec.rules[0].backendRefs[2]', 'BackendNotFound']]);
  });

  it.each([
    ['none is named', '{}'],
    ['none has a share', '{backendRefs: [{name: shop, port: 80, weight: 0}]}'],
    ['none exists', '{backendRefs: [{name: gone, port: 80}]}'],
  ])('are replaced by a failure where %s', (_, rule) => {
    expect(build(rule).action).toEqual({ kind: 'fail', status: 500 });
  });

  it.each([
    ['a Backend of another group', 'group: example.com, kind: Backend, name: shop', 'Backend of example.com'],
    ['a Backend of no group', 'kind: Backend, name: shop', 'Backend'],
    [
      'a Service of another group',
      'group: gateway.envoyproxy.io, kind: Service, name: shop',
      'Service of gateway.envoyproxy.io',
    ],
    ['another kind', 'kind: ConfigMap, name: shop', 'ConfigMap'],
  ])('are Services and Backends of their groups, and not %s', (_, ref, called) => {
    const { action, problems, messages } = build(`{backendRefs: [{${ref}, port: 80}]}`);
    expect(action).toEqual({ kind: 'fail', status: 500 });
    expect(problems).toEqual([['spec.rules[0].backendRefs[0].kind', 'InvalidKind']]);
    expect(messages).toEqual([`${called} is no backend`]);
  });

  it('have headers changed for them alone, or for all', () => {
    const change = (type: string, name: string) =>
      `{type: ${type}Modifier, ${type.charAt(0).toLowerCase()}${type.slice(1)}Modifier: {set: [{name: ${name}, value: v}]}}`;
    const own = `[${change('RequestHeader', 'x-own-in')}, ${change('ResponseHeader', 'x-own-out')}]`;
    const all = `[${change('RequestHeader', 'x-in')}, ${change('ResponseHeader', 'x-out')}]`;
    const { routes } = build(`{filters: ${all}, backendRefs: [{name: shop, port: 80, filters: ${own}}]}`);
    const setting = (name: string) => ({ set: [{ name, value: 'v' }], add: [], remove: [] });
    expect(routes[0]).toMatchObject({
      requestHeaders: setting('x-in'),
      responseHeaders: setting('x-out'),
      action: { backends: [{ requestHeaders: setting('x-own-in'), responseHeaders: setting('x-own-out') }] },
    });
  });
});

describe('filters of an HTTPRoute', () => {
  it.each([
    ['', 100],
    [', percent: 20', 20],
    [', fraction: {numerator: 1, denominator: 8}', 12.5],
  ])('copy requests to somebody else: all, or a share {backendRef%s}', (share, percent) => {
    const mirror = `{type: RequestMirror, requestMirror: {backendRef: {name: copy, port: 80}${share}}}`;
    const { action, clusterOf } = build(`{filters: [${mirror}], ${toShop}}`);
    expect(clusterOf('copy')).toBeDefined();
    expect(action).toMatchObject({ mirrors: [{ cluster: clusterOf('copy'), percent }] });
  });

  it('copy nothing to what does not exist, which is said, and forward all the same', () => {
    const mirror = '{type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}';
    const { action, problems } = build(`{filters: [${mirror}], ${toShop}}`);
    expect(action).toMatchObject({ kind: 'forward', mirrors: [] });
    expect(problems).toEqual([['spec.rules[0].filters[0].requestMirror.backendRef', 'BackendNotFound']]);
  });

  it.each([
    ['{}', { status: 302 }],
    ['{scheme: https, statusCode: 301}', { scheme: 'https', status: 301 }],
    ['{hostname: b.test, port: 8443}', { hostname: 'b.test', port: 8443, status: 302 }],
    ['{path: {type: ReplaceFullPath, replaceFullPath: /b}}', { path: { kind: 'full', value: '/b' }, status: 302 }],
    [
      '{path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}',
      { path: { kind: 'prefix', value: '/b' }, status: 302 },
    ],
  ])('send the caller elsewhere, changing only what is said: %s', (redirect, expected) => {
    const { action } = build(`{filters: [{type: RequestRedirect, requestRedirect: ${redirect}}]}`);
    expect(action).toEqual({ kind: 'redirect', ...expected });
  });

  it.each([
    ['{hostname: b.test}', { hostname: 'b.test' }],
    ['{path: {type: ReplaceFullPath, replaceFullPath: /b}}', { path: { kind: 'full', value: '/b' } }],
    ['{path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}}', { path: { kind: 'prefix', value: '/b' } }],
  ])('ask the backend for another host or path: %s', (rewrite, expected) => {
    const other = '{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-a]}}';
    const { action } = build(`{filters: [${other}, {type: URLRewrite, urlRewrite: ${rewrite}}], ${toShop}}`);
    expect(action).toMatchObject({ kind: 'forward', rewrite: expected });
    if (action?.kind === 'forward') expect(action.rewrite).toEqual(expected);
  });
});

describe('time-outs and retries of an HTTPRoute', () => {
  it('are bounds of the whole and of one attempt', () => {
    const { action } = build(`{timeouts: {request: 10s, backendRequest: 2s}, ${toShop}}`);
    expect(action).toMatchObject({ timeoutMs: 10_000, attemptTimeoutMs: 2000 });
  });

  it.each([
    ['nothing is said', ''],
    ['zero is said', 'timeouts: {request: 0s, backendRequest: 0s}, '],
  ])('are none where %s', (_, timeouts) => {
    const { action } = build(`{${timeouts}${toShop}}`);
    expect(action).not.toHaveProperty('timeoutMs');
    expect(action).not.toHaveProperty('attemptTimeoutMs');
    expect(action).not.toHaveProperty('retry');
  });

  it('try once more, after a short pause, where only the statuses are given', () => {
    const retryOf = (retry: string) => build(`{retry: ${retry}, ${toShop}}`).action;
    expect(retryOf('{codes: [503]}')).toMatchObject({ retry: { attempts: 1, statuses: [503], backoffMs: 25 } });
    expect(retryOf('{codes: [500, 503], attempts: 3, backoff: 1s}')).toMatchObject({
      retry: { attempts: 3, statuses: [500, 503], backoffMs: 1000 },
    });
  });

  it('pause for a moment where no pause is wanted: Envoy refuses a whole table for one of nothing', () => {
    const { action } = build(`{retry: {codes: [503], backoff: 0s}, ${toShop}}`);
    expect(action).toMatchObject({ retry: { backoffMs: 1 } });
  });
});
