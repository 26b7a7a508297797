import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { backendRef, below, httpRoute, leadTo } from '../support/http-route.ts';
import { apiKey, documents, gatewayManifest } from '../support/policy-documents.ts';
import { type RawRequest, rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * HTTPRoutes as manifests, on a real Envoy: what Gateway API expects of every implementation. The words in brackets are
 * those by which its conformance tests call it.
 */

const key = 'sk-a-key-of-enough-characters';
const names = ['one', 'two', 'three'] as const;
const backends: RecordingProvider[] = [];
let gateway: TestGateway;
/** Of listeners that are told apart by their hosts; of one for every host. */
let hosts: number;
let any: number;

type Spec = Readonly<Record<string, unknown>>;

const route = (name: string, sectionName: string, rules: readonly Spec[], hostnames: readonly string[] = []): string =>
  httpRoute(name, rules, { parentRefs: [{ name: 'test', sectionName }], hostnames });

const listener = (name: string, port: number, hostname?: string): Spec => ({ name, protocol: 'HTTP', port, hostname });

const exactly = (path: string): Spec => ({ path: { type: 'Exact', value: path } });
const said = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
const redirect = (path: string, fields: Spec): Spec => ({
  matches: [below(path)],
  filters: [{ type: 'RequestRedirect', requestRedirect: fields }],
});
const rewrite = (path: string, fields: Spec): Spec =>
  leadTo('one', [below(path)], { filters: [{ type: 'URLRewrite', urlRewrite: fields }] });
const prefix = (replacePrefixMatch: string): Spec => ({ type: 'ReplacePrefixMatch', replacePrefixMatch });
const served = (path: string, ...backendRefs: readonly Spec[]): Spec => ({ matches: [below(path)], backendRefs });

const manifests = (): string =>
  documents(
    gatewayManifest([
      listener('every', hosts),
      listener('wide', hosts, '*.example.com'),
      listener('narrow', hosts, '*.foo.example.com'),
      listener('exact', hosts, 'abc.foo.example.com'),
      listener('specific', hosts, 'very.specific.com'),
      listener('wildcard', hosts, '*.wildcard.io'),
      listener('any', any),
    ]),
    apiKey('me', 'KEY'),
    ...names.map((name, index) => backendManifest(name, backends[index]?.port ?? 0)),
    `apiVersion: v1
kind: Service
metadata: {name: encrypted}
spec: {ports: [{port: 443, appProtocol: https}]}
`,
    ...['every', 'wide', 'narrow', 'exact'].map((name, index) =>
      route(`to-${name}`, name, [leadTo(names[index % 3] ?? 'one', [below(`/${name}`)])]),
    ),
    route('specific', 'specific', [leadTo('one', [below('/')])], ['other.com', '*.other.io', 'very.specific.com']),
    route('in-wildcard', 'wildcard', [leadTo('two', [below('/a')])], ['*.wildcard.io', 'deep.in.wildcard.io']),
    route('one-of-wildcard', 'wildcard', [leadTo('three', [below('/b')])], ['foo.wildcard.io']),
    route('nothing-shared', 'wildcard', [leadTo('one', [below('/c')])], ['wildcard.io', 'foo.example.com']),
    route('all', 'wildcard', [leadTo('three', []), leadTo('one', [below('/own')])], ['all.wildcard.io']),
    route('left-out', 'wildcard', [leadTo('two', [below('/')]), leadTo('one', [below('a')])], ['left-out.wildcard.io']),
    route(
      'closed',
      'wildcard',
      [leadTo('one', [below('/own')]), { matches: [], sessionPersistence: {} }],
      ['closed.wildcard.io'],
    ),
    route('across-a', 'any', [
      leadTo('one', [below('/'), { headers: said(['Version', 'one']) }]),
      leadTo('two', [below('/v2')]),
      leadTo('two', [exactly('/exact/')]),
    ]),
    route('across-b', 'any', [
      leadTo('three', [below('/v2/longer'), exactly('/v2')]),
      leadTo('two', [{ headers: said(['version', 'two']) }]),
      leadTo('three', [{ headers: said(['version', 'two'], ['Color', 'blue']) }]),
      leadTo('two', [{ queryParams: said(['animal', 'whale']) }]),
      leadTo('three', [{ queryParams: said(['animal', 'whale'], ['color', 'blue']) }]),
      leadTo('two', [{ method: 'PATCH' }]),
      leadTo('three', [{ method: 'PATCH', headers: said(['version', 'two']) }]),
    ]),
    route('elsewhere', 'any', [
      redirect('/host', { hostname: 'example.org' }),
      redirect('/scheme', { hostname: 'example.org', scheme: 'https' }),
      redirect('/port', { hostname: 'example.org', port: 8083 }),
      redirect('/path', { path: prefix('/new'), statusCode: 301 }),
      rewrite('/strip', { path: prefix('/') }),
      rewrite('/root', { path: { type: 'ReplaceFullPath', replaceFullPath: '' } }),
      rewrite('/bare', { path: { type: 'ReplaceFullPath', replaceFullPath: 'all' } }),
      rewrite('/bare-prefix', { path: prefix('all') }),
      redirect('/to-root', { path: { type: 'ReplaceFullPath', replaceFullPath: '' } }),
      rewrite('/whole', { hostname: 'inner.example', path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } }),
    ]),
    route('wrong', 'any', [
      served('/no-such', backendRef('nobody')),
      served('/other-kind', { group: 'example.com', kind: 'Thing', name: 'one' }),
      served('/foreign', backendRef('one', { namespace: 'other' })),
      { matches: [below('/without')] },
      served('/in-plain-text', { name: 'encrypted', port: 443 }),
      served('/idle', backendRef('nobody', { weight: 0 }), backendRef('two')),
    ]),
  );

async function ask(port: number, request: RawRequest) {
  const { status, text, headers } = await rawRequest(port, { method: 'GET', ...request });
  const seen = status === 200 ? (JSON.parse(text) as { readonly name: string; readonly host: string }) : undefined;
  return { status, ...seen, location: headers.location };
}

/** What no route is for, and no API of models either. */
const nobody = 404;

/** Which backend has answered, or the status. */
async function answered(port: number, request: RawRequest): Promise<string | number> {
  const { name, status } = await ask(port, request);
  return name ?? status;
}

beforeAll(async () => {
  for (const name of names) {
    backends.push(
      await startRecordingProvider((response, { headers, path }) =>
        answerJson(response, 200, { name, host: headers.host, path }),
      ),
    );
  }
  any = await freePort();
  gateway = await startGateway({
    env: { KEY: key },
    policy: (port) => {
      hosts = port;
      return { 'policy.yaml': manifests() };
    },
  });
  await until('both ports answer', async () => {
    const there = await Promise.all(
      [answered(hosts, { path: '/every' }), answered(any, { path: '/' })].map((each) => each.catch(() => 0)),
    );
    return there.join() === 'one,one';
  });
});
afterAll(async () => {
  await gateway?.stop();
  for (const backend of backends) await backend.close();
});

describe('an HTTPRoute', () => {
  it.each<[string, RawRequest, string | number]>([
    ['the only one that fits (SimpleSameNamespace)', { path: '/x' }, 'one'],
    ['a longer prefix, of another route (MatchingAcrossRoutes)', { path: '/v2/x' }, 'two'],
    ['the longest prefix', { path: '/v2/longer/x' }, 'three'],
    ['whole segments (Matching)', { path: '/v2example' }, 'one'],
    ['an exact path before a prefix (PathMatchOrder)', { path: '/v2' }, 'three'],
    ['an exact path with its slash (ExactPathMatching)', { path: '/exact/' }, 'two'],
    ['an exact path, and not without its slash', { path: '/exact' }, 'one'],
    [
      'a header, in whatever case its name is written (HeaderMatching)',
      { path: '/', headers: { VERSION: 'two' } },
      'two',
    ],
    ['more headers', { path: '/', headers: { version: 'two', color: 'blue' } }, 'three'],
    ['another value of a header', { path: '/', headers: { version: 'one' } }, 'one'],
    ['no header of another value', { path: '/', headers: { version: 'twotwo' } }, 'one'],
    ['a longer prefix before a header', { path: '/v2/x', headers: { version: 'two', color: 'blue' } }, 'two'],
    ['a query parameter (QueryParamMatching)', { path: '/?animal=whale' }, 'two'],
    ['more query parameters', { path: '/?animal=whale&color=blue' }, 'three'],
    ['a query parameter of the whole value', { path: '/?animal=whales' }, 'one'],
    ['a header before query parameters', { path: '/?animal=whale&color=blue', headers: { version: 'two' } }, 'two'],
    ['a method (MethodMatching)', { path: '/', method: 'PATCH' }, 'two'],
    ['a method with a header', { path: '/', method: 'PATCH', headers: { version: 'two' } }, 'three'],
    ['a method before more headers', { path: '/', method: 'PATCH', headers: { version: 'one', color: 'blue' } }, 'two'],
  ])('is chosen by %s', async (_, request, name) => {
    expect(await answered(any, request)).toBe(name);
  });

  it.each<[string, string, string | number]>([
    ['bar.com', '/every', 'one'],
    ['bar.com', '/wide', nobody],
    ['bar.example.com', '/wide', 'two'],
    ['bar.example.com', '/every', nobody],
    ['a.b.example.com', '/wide', 'two'],
    ['example.com', '/wide', nobody],
    ['bar.foo.example.com', '/narrow', 'three'],
    ['bar.foo.example.com', '/wide', nobody],
    ['abc.foo.example.com', '/exact', 'one'],
    ['abc.foo.example.com', '/narrow', nobody],
    ['abc.foo.example.com:8080', '/exact', 'one'],
  ])('has the hosts of its listener, the most specific one: %s%s (HTTPListenerIsolation)', async (host, path, name) => {
    expect(await answered(hosts, { path, headers: { host } })).toBe(name);
  });

  it.each<[string, string, string | number]>([
    ['very.specific.com', '/', 'one'],
    ['other.com', '/', nobody],
    ['a.other.io', '/', nobody],
    ['any.wildcard.io', '/a', 'two'],
    ['deep.in.wildcard.io', '/a', 'two'],
    ['foo.wildcard.io', '/a', 'two'],
    ['foo.wildcard.io', '/b', 'three'],
    ['any.wildcard.io', '/b', nobody],
    ['wildcard.io', '/c', nobody],
    ['foo.example.com', '/c', nobody],
  ])('has the hosts that it shares with its listener: %s%s (HostnameIntersection)', async (host, path, name) => {
    expect(await answered(hosts, { path, headers: { host } })).toBe(name);
  });

  it.each<[string, string, string | number]>([
    ['all.wildcard.io', '/anything', 'three'],
    ['all.wildcard.io', '/', 'three'],
    ['all.wildcard.io', '/own/a', 'one'],
    ['left-out.wildcard.io', '/a', 'two'],
    ['closed.wildcard.io', '/own', 'one'],
    ['closed.wildcard.io', '/a', 500],
  ])('has rules for every request and rules for none: %s%s', async (host, path, name) => {
    expect(await answered(hosts, { path, headers: { host } })).toBe(name);
  });

  it('leaves what it is not for to models, of which there are none here', async () => {
    const host = 'bar.com';
    const headers = { host, authorization: `Bearer ${key}` };
    expect(await answered(hosts, { path: '/v1/nothing-here', headers })).toBe(404);
    expect(await answered(hosts, { path: '/v1/nothing-here', headers: { host } })).toBe(401);
  });

  it('answers HEAD where there is nothing without the type of a body that does not follow (MethodMatching)', async () => {
    const answer = await rawRequest(hosts, { method: 'HEAD', path: '/nothing-here', headers: { host: 'bar.com' } });
    expect(answer).toMatchObject({ status: nobody, text: '', headers: { 'x-request-id': expect.any(String) } });
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('of which no host is its listener’s is not attached, and says so', () => {
    const reasons = gateway.plane
      .status()
      .documents.find(({ id }) => id === 'HTTPRoute/nothing-shared')
      ?.problems.map(({ reason }) => reason);
    expect(reasons).toEqual(['NoMatchingListenerHostname']);
  });

  it.each([
    ['/to-root/a?b=c', 302, () => `http://me.test/?b=c`],
    ['/host/a?b=c', 302, () => `http://example.org:${any}/host/a?b=c`],
    ['/scheme/a', 302, () => 'https://example.org/scheme/a'],
    ['/port/a', 302, () => 'http://example.org:8083/port/a'],
    ['/path/a?b=c', 301, () => 'http://me.test/new/a?b=c'],
  ])('sends %s elsewhere (RedirectPort, RedirectPath)', async (path, status, location) => {
    expect(await ask(any, { path, headers: { host: 'me.test' } })).toMatchObject({ status, location: location() });
  });

  it.each([
    ['/strip/a', { path: '/a', host: 'me.test' }],
    ['/strip', { path: '/', host: 'me.test' }],
    ['/root/a?b=c', { path: '/?b=c' }],
    ['/bare/a', { path: '/all' }],
    ['/bare-prefix/a', { path: '/all/a' }],
    ['/whole/a?b=c', { path: '/all?b=c', host: 'inner.example' }],
  ])('asks with another path or host than %s (RewritePath, RewriteHost)', async (path, seen) => {
    expect(await ask(any, { path, headers: { host: 'me.test' } })).toMatchObject(seen);
  });

  it('answers 500 where its backend cannot be had, and elsewhere as it should (InvalidBackendRef…)', async () => {
    for (const path of ['/no-such', '/other-kind', '/foreign', '/without', '/in-plain-text']) {
      expect(await answered(any, { path })).toBe(500);
    }
    expect(await answered(any, { path: '/idle' })).toBe('two');
    const { problems = [] } = gateway.plane.status().documents.find(({ id }) => id === 'HTTPRoute/wrong') ?? {};
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual([
      ['spec.rules[0].backendRefs[0]', 'BackendNotFound'],
      ['spec.rules[1].backendRefs[0].kind', 'InvalidKind'],
      ['spec.rules[2].backendRefs[0]', 'RefNotPermitted'],
      ['spec.rules[4].backendRefs[0]', 'UnsupportedProtocol'],
      ['spec.rules[5].backendRefs[0]', 'BackendNotFound'],
    ]);
  });
});
