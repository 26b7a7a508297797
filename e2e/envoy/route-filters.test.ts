import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { backendRef, below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents } from '../support/policy-documents.ts';
import type { RecordingProvider } from '../support/recording-provider.ts';
import { echoOf, startToldService, type ToldAnswer, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * What the filters, shares and matches of HTTPRoutes do on a real Envoy, field by field, as callers and services see it.
 */

type Spec = Readonly<Record<string, unknown>>;

const header = (name: string, value: string): Spec => ({ name, value });
const onRequest = (requestHeaderModifier: Spec): Spec => ({ type: 'RequestHeaderModifier', requestHeaderModifier });
const onAnswer = (responseHeaderModifier: Spec): Spec => ({ type: 'ResponseHeaderModifier', responseHeaderModifier });
const copied = (more: Spec): Spec => ({
  filters: [{ type: 'RequestMirror', requestMirror: { backendRef: backendRef('two'), ...more } }],
});
const cors = (fields: Spec): Spec => ({ filters: [{ type: 'CORS', cors: fields }] });
const redirect = (path: string, requestRedirect: Spec): Spec => ({
  matches: [below(path)],
  filters: [{ type: 'RequestRedirect', requestRedirect }],
});
const toOne = (path: string, more: Spec = {}): Spec => leadTo('one', [below(path)], more);
const matched = (match: Spec): Spec => leadTo('two', [{ ...below('/matched'), ...match }]);

const names = ['one', 'two'] as const;

const manifests = (): string =>
  documents(
    ...names.map((name, index) => backendManifest(name, services[index]?.port ?? 0)),
    httpRoute('changes', [
      toOne('/headers', {
        filters: [
          onRequest({
            set: [header('x-a', 'rule'), header('x-d', 'rule')],
            add: [header('x-b', 'rule')],
            remove: ['x-c'],
          }),
          onAnswer({ set: [header('x-e', 'rule')] }),
        ],
        backendRefs: [
          backendRef('one', {
            filters: [
              onRequest({ set: ['x-a', 'x-b', 'x-c'].map((name) => header(name, 'backend')) }),
              onAnswer({ set: [header('x-e', 'backend'), header('x-f', 'backend')] }),
            ],
          }),
          backendRef('two', { weight: 0 }),
        ],
      }),
      toOne('/copied-never', copied({ percent: 0 })),
      toOne('/copied-half', copied({ fraction: { numerator: 1, denominator: 2 } })),
      {
        matches: [below('/shared')],
        backendRefs: [backendRef('one', { weight: 9 }), backendRef('two', { weight: 1 })],
      },
      toOne(
        '/pages',
        cors({
          ...{ allowOrigins: ['https://*.pages.test'], allowMethods: ['*'], allowHeaders: ['*'] },
          ...{ exposeHeaders: ['x-seen'], allowCredentials: true, maxAge: 7 },
        }),
      ),
      toOne('/any-page', cors({ allowOrigins: ['*'], allowMethods: ['PUT', 'GET'], allowHeaders: ['x-a', 'x-b'] })),
      redirect('/whole', { path: { type: 'ReplaceFullPath', replaceFullPath: '/x' }, statusCode: 308 }),
      redirect('/stripped', { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' }, statusCode: 307 }),
      redirect('/see', { hostname: 'other.test', scheme: 'https', statusCode: 303 }),
      toOne('/matched'),
      matched({ headers: [{ type: 'RegularExpression', name: 'x-version', value: 'v[0-9]{1,200}' }] }),
      matched({ queryParams: [{ type: 'RegularExpression', name: 'beta', value: 'y|yes' }] }),
      leadTo('two', [{ path: { type: 'RegularExpression', value: '/matched/[0-9]+' } }]),
    ]),
  );

const services: RecordingProvider[] = [];
let gateway: TestGateway;

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<ToldAnswer> {
  return tell(gateway.port, path, headers, method);
}

beforeAll(async () => {
  for (const name of names) services.push(await startToldService(name));
  gateway = await startGateway({ policy: { 'policy.yaml': manifests() } });
  await until('the routes are there', async () => (await ask('/matched')).status === 200);
});

afterAll(async () => {
  await gateway?.stop();
  for (const service of services) await service.close();
});

describe('changes of headers', () => {
  it('of a backend come behind those of its rule, and before them on the way back', async () => {
    const answer = await ask('/headers', { 'x-a': 'caller', 'x-b': 'caller', 'x-c': 'caller' });
    expect(echoOf(answer).headers).toMatchObject({
      'x-a': 'backend',
      'x-b': 'backend',
      'x-c': 'backend',
      'x-d': 'rule',
    });
    expect(answer.headers).toMatchObject({ 'x-e': 'rule', 'x-f': 'backend' });
  });
});

describe('shares', () => {
  const askOften = (path: string) => Promise.all(Array.from({ length: 100 }, () => ask(path)));
  const copies = (path: string) => services[1]?.requests.filter((request) => request.path === path).length ?? 0;

  it('of backends are as their weights say', async () => {
    const two = (await askOften('/shared')).filter((answer) => echoOf(answer).name === 'two').length;
    // 10 of 100 are expected; outside of these bounds with a chance of less than one in ten thousand.
    expect(two).toBeGreaterThan(0);
    expect(two).toBeLessThan(26);
  });

  it('of copies are as percent and fraction say', async () => {
    await askOften('/copied-never');
    await askOften('/copied-half');
    // 50 of 100 are expected.
    await until('the copies are there', () => copies('/copied-half') > 25);
    expect(copies('/copied-half')).toBeLessThan(75);
    expect(copies('/copied-never')).toBe(0);
  });
});

describe('pages', () => {
  const preflight = (path: string, origin: string) => {
    const wanted = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'x-one' };
    return ask(path, { origin, ...wanted }, 'OPTIONS');
  };

  it('may do with cookies what they ask for, where everything is open to them', async () => {
    const { headers, asked } = await preflight('/pages', 'https://my.pages.test');
    expect(asked).toBe(0);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://my.pages.test',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PATCH',
      'access-control-allow-headers': 'x-one',
      'access-control-max-age': '7',
    });
    expect((await ask('/pages', { origin: 'https://my.pages.test' })).headers).toMatchObject({
      'access-control-allow-origin': 'https://my.pages.test',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-seen',
    });
    const foreign = await preflight('/pages', 'https://pages.test.example');
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('may do what is named, without cookies', async () => {
    const { headers } = await preflight('/any-page', 'https://a.example');
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-headers': 'x-a, x-b',
      'access-control-max-age': '5',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('redirections and matches', () => {
  it.each([
    ['/whole/a?b=c', 308, 'http://me.test/x?b=c'],
    ['/stripped/a?b=c', 307, 'http://me.test/a?b=c'],
    ['/stripped', 307, 'http://me.test/'],
    ['/see/a', 303, 'https://other.test/see/a'],
  ])('send %s with %i to %s', async (path, status, location) => {
    expect(await ask(path, { host: 'me.test' })).toMatchObject({ status, headers: { location } });
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['/matched', { 'x-version': 'v17' }, 'two'],
    ['/matched', { 'x-version': 'v17b' }, 'one'],
    ['/matched?beta=yes', {}, 'two'],
    ['/matched?beta=yesterday', {}, 'one'],
    ['/matched/17', {}, 'two'],
    ['/matched/17/x', {}, 'one'],
  ])('by expressions are of the whole value: %s %j', async (path, headers, name) => {
    expect(echoOf(await ask(path, headers)).name).toBe(name);
  });
});
