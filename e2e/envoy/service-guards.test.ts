import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest, secretOf } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { documents } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { echoOf, startToldService, type ToldAnswer, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * Who may call an ordinary service, by the fields of SecurityPolicies one by one, on a real Envoy: what callers are told
 * and what services learn.
 */

type Spec = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

const [first, second] = [tokenIssuer(), tokenIssuer()];
let shown = first;
let keySet: RecordingProvider;
let service: RecordingProvider;
let gateway: TestGateway;

const keyOf = (name: string) => `key-of-${name}-long-enough`;
const keys = (credentials: readonly string[], more: Spec = {}): Spec => ({
  apiKeyAuth: {
    credentialRefs: credentials.map((name) => ({ name })),
    extractFrom: [{ headers: ['authorization', 'x-mine'] }],
    ...more,
  },
});
const tokens = (providers: readonly Spec[], more: Spec = {}): Spec => ({ jwt: { providers, ...more } });
const inline = (name: string, { keySet: json } = first, more: Spec = {}): Spec => ({
  ...{ name, localJWKS: { type: 'Inline', inline: json } },
  ...more,
});
const becoming = (...claims: readonly string[]): Spec => ({
  claimToHeaders: claims.map((claim) => ({ claim, header: `x-${claim.replace('.', '-')}` })),
});

/** Each for the rule of its name. */
const policies = (): Readonly<Record<string, Spec>> => ({
  keys: keys(['clients', 'more-clients']),
  'hidden-keys': keys(['clients'], { sanitize: true, forwardClientIDHeader: 'x-client' }),
  elsewhere: tokens([
    inline('a', first, { extractFrom: { headers: [{ name: 'x-token', valuePrefix: 'Token ' }, { name: 'x-bare' }] } }),
  ]),
  'two-issuers': tokens([
    inline('a', first, { issuer: 'https://a.test', claimToHeaders: [{ claim: 'sub', header: 'x-of-a' }] }),
    inline('b', second, { issuer: 'https://b.test', claimToHeaders: [{ claim: 'sub', header: 'x-of-b' }] }),
  ]),
  audiences: tokens([inline('a', first, { audiences: ['one', 'two'] })]),
  claims: tokens([inline('a', first, becoming('count', 'is-ready', 'teams', 'org.unit', 'missing'))]),
  optional: tokens([inline('a')], { optional: true }),
  'in-a-map': tokens([
    { name: 'a', localJWKS: { type: 'ValueRef', valueRef: { group: '', kind: 'ConfigMap', name: 'jwks' } } },
  ]),
  fetched: tokens([{ name: 'a', remoteJWKS: { uri: `http://127.0.0.1:${keySet.port}/keys`, cacheDuration: '1s' } }]),
  unfetched: tokens([{ name: 'a', remoteJWKS: { uri: 'http://127.0.0.1:1/keys' } }]),
  pages: {
    cors: {
      ...{ allowOrigins: ['https://*.pages.test'], allowMethods: ['PUT'], allowHeaders: ['x-a'] },
      ...{ exposeHeaders: ['x-seen'], maxAge: '1m', allowCredentials: true },
    },
  },
});

const manifests = (): string => {
  const names = Object.keys(policies());
  return documents(
    backendManifest('one', service.port),
    secretOf('clients', { ana: keyOf('ana') }),
    secretOf('more-clients', { bob: keyOf('bob') }),
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: jwks}\ndata: {jwks: ${JSON.stringify(first.keySet)}}\n`,
    httpRoute('guarded', [
      ...names.map((name) => ({ name, ...leadTo('one', [below(`/${name}`)]) })),
      leadTo('one', [below('/open')]),
    ]),
    ...Object.entries(policies()).map(([name, spec]) =>
      attachedPolicy('SecurityPolicy', name, { kind: 'HTTPRoute', name: 'guarded', sectionName: name }, spec),
    ),
  );
};

const ask = (path: string, headers: Headers = {}, method = 'GET'): Promise<ToldAnswer> =>
  tell(gateway.port, path, headers, method);

/** Status, and the code of the error where there is one. */
async function outcome(path: string, headers: Headers = {}): Promise<string> {
  const { status, text } = await ask(path, headers);
  if (status === 200) return '200';
  return `${status} ${(JSON.parse(text) as { readonly error: { readonly code: string } }).error.code}`;
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  service = await startToldService('one');
  keySet = await startRecordingProvider((response) => answerJson(response, 200, JSON.parse(shown.keySet)));
  gateway = await startGateway({ policy: { 'policy.yaml': manifests() } });
  await until('the routes are there', async () => (await ask('/open')).status === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await keySet?.close();
  await service?.close();
});

const ofA = { iss: 'https://a.test', sub: 'ana', aud: ['two', 'three'] };
const good = first.token(ofA);
const ofB = second.token({ iss: 'https://b.test', sub: 'bob' });

describe('a service', () => {
  it.each<[string, string, Headers, string]>([
    ['no key', '/keys', {}, '401 missing_api_key'],
    ['a key of the first Secret', '/keys', bearer(keyOf('ana')), '200'],
    ['a key of the second one, by itself', '/keys', { authorization: keyOf('bob') }, '200'],
    ['a key in another header', '/keys', { 'x-mine': keyOf('bob') }, '200'],
    ['a wrong key', '/keys', { 'x-mine': 'wrong' }, '401 invalid_api_key'],
    ['the key of a Secret that is not named', '/hidden-keys', { 'x-mine': keyOf('bob') }, '401 invalid_api_key'],
    ['no token', '/audiences', {}, '401 missing_token'],
    ['a token behind its word', '/elsewhere', { 'x-token': `Token ${good}` }, '200'],
    ['a token behind another word', '/elsewhere', { 'x-token': `Bearer ${good}` }, '401 missing_token'],
    ['a token by itself', '/elsewhere', { 'x-bare': good }, '200'],
    ['a token in the usual place, which is not asked for', '/elsewhere', bearer(good), '401 missing_token'],
    ['a token of the first issuer', '/two-issuers', bearer(good), '200'],
    ['a token of the second issuer', '/two-issuers', bearer(ofB), '200'],
    ['a token by one issuer in the name of the other', '/two-issuers', bearer(second.token(ofA)), '401 invalid_token'],
    ['a token for one of its audiences', '/audiences', bearer(good), '200'],
    ['a token for others', '/audiences', bearer(first.token({ aud: 'three' })), '403 token_not_allowed'],
    ['a token that has expired', '/in-a-map', bearer(first.token({ exp: 1 })), '401 invalid_token'],
    ['a token that keys of a ConfigMap verify', '/in-a-map', bearer(good), '200'],
    ['no token where none is needed', '/optional', {}, '200'],
    ['a wrong token where none is needed', '/optional', bearer(ofB), '401 invalid_token'],
    ['no token where it is known without keys', '/unfetched', {}, '401 missing_token'],
    ['a token whose keys cannot be had', '/unfetched', bearer(good), '503 token_not_verified'],
  ])('answers %s', async (_, path, headers, expected) => {
    expect(await outcome(path, headers)).toBe(expected);
  });

  it('learns who calls, and not by which key', async () => {
    const answer = await ask('/hidden-keys', { ...bearer(keyOf('ana')), 'x-client': 'forged' });
    expect(echoOf(answer).headers).toMatchObject({ 'x-client': 'ana' });
    expect(answer.text).not.toContain(keyOf('ana'));
  });

  it('learns claims of the issuer whose token it is, whatever callers write there', async () => {
    const forged = { 'x-of-a': 'forged', 'x-of-b': 'forged', 'x-missing': 'forged' };
    const [a, b] = [
      await ask('/two-issuers', { ...forged, ...bearer(good) }),
      await ask('/two-issuers', { ...forged, ...bearer(ofB) }),
    ];
    expect([echoOf(a).headers['x-of-a'], echoOf(a).headers['x-of-b']]).toEqual(['ana', undefined]);
    expect([echoOf(b).headers['x-of-a'], echoOf(b).headers['x-of-b']]).toEqual([undefined, 'bob']);
    const claims = { count: 7, 'is-ready': true, teams: ['red', 'blue'], org: { unit: 'sea' } };
    const { headers } = echoOf(await ask('/claims', { ...forged, ...bearer(first.token(claims)) }));
    expect(headers).toMatchObject({ 'x-count': '7', 'x-is-ready': 'true', 'x-org-unit': 'sea' });
    expect(JSON.parse(Buffer.from(headers['x-teams'] ?? '', 'base64url').toString())).toEqual(['red', 'blue']);
    expect(headers).not.toHaveProperty('x-missing');
  });

  it('is called by tokens of other keys as soon as those it has are too old', async () => {
    expect([await outcome('/fetched', bearer(good)), await outcome('/fetched', bearer(ofB))]).toEqual([
      '200',
      '401 invalid_token',
    ]);
    shown = second;
    await until('the other keys count', async () => (await outcome('/fetched', bearer(ofB))) === '200', {
      limitMs: 10_000,
    });
    expect(await outcome('/fetched', bearer(good))).toBe('401 invalid_token');
  });

  it('is called by pages as its policy says', async () => {
    const origin = 'https://my.pages.test';
    const preflight = await ask('/pages', { origin, 'access-control-request-method': 'PUT' }, 'OPTIONS');
    expect(preflight).toMatchObject({
      asked: 0,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-a',
        'access-control-allow-credentials': 'true',
        'access-control-max-age': '60',
      },
    });
    expect((await ask('/pages', { origin })).headers).toMatchObject({ 'access-control-expose-headers': 'x-seen' });
  });
});
