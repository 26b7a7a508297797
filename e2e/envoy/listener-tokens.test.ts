import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiRoute, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { applying } from '../support/applying.ts';
import { attachedPolicy, type PolicyTarget } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { apiKey, document, documents, gatewayDocument } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * A Gateway that wants tokens, and AIGatewayRoutes and rules of them that want others instead: the closest policy decides,
 * and everything else of the Gateway stays behind the Gateway's.
 */

const key = 'sk-a-key-of-enough-characters';
const [house, team, lab, stranger] = [tokenIssuer(), tokenIssuer(), tokenIssuer(), tokenIssuer()];

let llm: RecordingProvider;
let gateway: TestGateway;

const routes = (port: number): string =>
  documents(
    gatewayDocument([
      { name: 'all', port },
      { name: 'open', port, hostname: 'open.test' },
    ]),
    localBackend({ name: 'llm', port: llm.port }),
    aiRoute('usual', [
      modelRule('usual'),
      modelRule('usual', { backendRefs: [{ name: 'llm', modelNameOverride: 'of-research' }] }, [
        { type: 'Exact', name: 'x-team', value: 'research' },
      ]),
    ]),
    aiRoute('teams', [modelRule('general', { name: 'general' }), modelRule('special', { name: 'special' })]),
    httpRoute('service', [leadTo('llm', [below('/service')])]),
    apiKey('me', 'KEY'),
  );

const tokensOf = (issuer: typeof house, more: object = {}) => ({
  jwt: { providers: [{ name: 'login', localJWKS: { inline: issuer.keySet }, ...more }] },
});
const claimToHeaders = [{ claim: 'team', header: 'x-team' }];
const ofGateway: PolicyTarget = { kind: 'Gateway', name: 'test', sectionName: 'all' };
const ofRoute: PolicyTarget = { kind: 'HTTPRoute', name: 'teams' };
const ofRule: PolicyTarget = { ...ofRoute, sectionName: 'special' };

const [theHouse, theTeam, theLab] = [
  () => attachedPolicy('SecurityPolicy', 'house', ofGateway, tokensOf(house, { claimToHeaders })),
  () => attachedPolicy('SecurityPolicy', 'team', ofRoute, tokensOf(team)),
  () => attachedPolicy('SecurityPolicy', 'lab', ofRule, tokensOf(lab)),
];

type Headers = Readonly<Record<string, string>>;

const send = async (path: string, headers: Headers, body?: object) => {
  const { status, text } = await rawRequest(gateway.port, {
    path,
    method: body === undefined ? 'GET' : 'POST',
    ...(body && { body: JSON.stringify(body) }),
    headers: { host: 'any.test', ...(body && { 'content-type': 'application/json' }), ...headers },
  });
  const code = /"code": ?"([a-z_]+)"/.exec(text)?.[1];
  return code === undefined ? status : `${status} ${code}`;
};
const askWithoutKey = (model: string, headers: Headers) =>
  send('/v1/chat/completions', headers, { model, messages: [{ role: 'user', content: 'hello' }] });
const withKey = { 'x-api-key': key };
const ask = (model: string, headers: Headers = {}) => askWithoutKey(model, { ...withKey, ...headers });
const get = (path: string, headers: Headers = {}) => send(path, { ...withKey, ...headers });
/** By whomever: Envoy says it in its own words. */
const isRefused = (is: number | string) => String(is).startsWith('401');
const by = (issuer: typeof house, claims: Readonly<Record<string, unknown>> = {}): Headers => ({
  authorization: `Bearer ${issuer.token(claims)}`,
});

const apply = applying(() => gateway);

beforeAll(async () => {
  llm = await startRecordingProvider((response) =>
    answerJson(response, 200, { choices: [{ message: { role: 'assistant', content: 'hi' } }] }),
  );
  gateway = await startGateway({
    env: { KEY: key, ANONYMOUS_KEY: 'sk-nobody-shows-this-one' },
    policy: (port) => ({ 'routes.yaml': routes(port) }),
  });
  await apply([theHouse()], async () => isRefused(await ask('usual')) && (await ask('usual', by(house))) === 200);
  await apply([theHouse(), theTeam(), theLab()], async () => (await ask('special', by(lab))) === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await llm?.close();
});

describe('an AIGatewayRoute whose policy wants other tokens than its Gateway', () => {
  it('is opened by its own, and each rule by those of its own policy', async () => {
    expect(await ask('general', by(team))).toBe(200);
    expect(await ask('special', by(lab))).toBe(200);
    for (const issuer of [house, lab]) expect(await ask('general', by(issuer))).toBe('401 invalid_token');
    for (const issuer of [house, team]) expect(await ask('special', by(issuer))).toBe('401 invalid_token');
  });

  it('leaves everything else to the tokens of the Gateway', async () => {
    expect(await ask('usual', by(house))).toBe(200);
    for (const issuer of [team, lab]) expect(await ask('usual', by(issuer))).toBe('401 invalid_token');
    for (const path of ['/v1/models', '/v1/models/general']) {
      expect(await get(path, by(house))).toBe(200);
      expect(await get(path, by(team))).toBe('401 invalid_token');
      expect(await get(path)).toBe('401 missing_token');
    }
    expect(await get('/v1/files', by(team))).toBe('401 invalid_token');
    expect(await ask('nowhere', by(house))).toBe('404 model_not_found');
  });

  it('lets nobody on who shows no good token, and tells them nothing', async () => {
    for (const model of ['usual', 'general', 'special', 'nowhere']) {
      expect(await ask(model)).toBe('401 missing_token');
      expect(await ask(model, by(stranger))).toBe('401 invalid_token');
      expect(await ask(model, { authorization: `Bearer ${key}` })).toBe('401 missing_token');
    }
    const before = llm.requests.length;
    expect(await ask('usual', { 'x-sluice-role': 'router', 'x-sluice-demanded-tokens': '' })).toBe('401 missing_token');
    expect(llm.requests.length).toBe(before);
  });

  it('has ordinary services of the listener checked by Envoy as before', async () => {
    const service = (headers: Headers) => send('/service', headers);
    expect(await service(by(house))).toBe(200);
    for (const headers of [{}, by(team), by(stranger)]) expect(await service(headers)).toSatisfy(isRefused);
  });

  it('is reached by another listener with its own tokens alone', async () => {
    const there = { host: 'open.test' };
    expect(await ask('usual', there)).toBe(200);
    expect(await ask('general', there)).toBe('401 missing_token');
    expect(await ask('general', { ...there, ...by(team) })).toBe(200);
    expect(await get('/v1/models', there)).toBe(200);
  });

  it('keeps no claim of the Gateway from choosing a route, and no token is one that a caller claims', async () => {
    const heard = async (headers: Headers) => {
      expect(await ask('usual', headers)).toBe(200);
      const { body, headers: seen } = llm.requests.at(-1) ?? {};
      expect(seen?.authorization).toBeUndefined();
      return { model: (JSON.parse(String(body)) as { readonly model: string }).model, team: seen?.['x-team'] };
    };
    expect(await heard(by(house, { team: 'research' }))).toEqual({ model: 'of-research', team: 'research' });
    expect(await heard({ ...by(house), 'x-team': 'research' })).toEqual({ model: 'usual' });
  });
});

describe('where some route wants a token of those only who show one', () => {
  const optional = () =>
    attachedPolicy('SecurityPolicy', 'team', ofRoute, { jwt: { ...tokensOf(team).jwt, optional: true } });

  it('a token is not needed for it, and for nothing else', async () => {
    await apply([theHouse(), optional(), theLab()], async () => (await ask('general')) === 200);
    expect(await ask('general', by(stranger))).toBe('401 invalid_token');
    expect(await ask('usual')).toBe('401 missing_token');
    expect(await ask('special')).toBe('401 missing_token');
    expect(await get('/v1/models')).toBe('401 missing_token');
    expect(await ask('usual', by(house))).toBe(200);
  });

  it('nobody needs a key where somebody stands for those who have none', async () => {
    const anonymous = documents(
      apiKey('by-token', 'ANONYMOUS_KEY'),
      document('GatewayPolicy', 'open', { anonymous: { key: 'by-token' } }),
    );
    await apply(
      [anonymous, theHouse(), theTeam(), theLab()],
      async () => (await askWithoutKey('general', by(team))) === 200,
    );
    expect(await askWithoutKey('usual', by(team))).toBe('401 invalid_token');
    expect(await askWithoutKey('usual', by(house))).toBe(200);
  });
});

describe('while policies change', () => {
  it('no request that shows no token of the Gateway is let in', async () => {
    await apply([theHouse()], async () => isRefused(await ask('general', by(team))));
    let isChanging = true;
    const seen = new Set<number | string>();
    const asking = (async () => {
      while (isChanging) seen.add(await ask('usual', by(team)));
    })();
    for (const texts of [[theHouse(), theTeam()], [theHouse()], [theHouse(), theTeam(), theLab()]]) {
      const isOpen = texts.length > 1;
      await apply(texts, async () => isRefused(await ask('general', by(team))) !== isOpen);
    }
    isChanging = false;
    await asking;
    expect([...seen]).not.toContain(200);
    expect(seen.size).toBeGreaterThan(0);
  });

  it('a rule that is not there is said, and its route closed', async () => {
    const nowhere = attachedPolicy('SecurityPolicy', 'lab', { ...ofRoute, sectionName: 'nowhere' }, tokensOf(lab));
    await gateway.remove('policies.yaml');
    await until('the last good version is gone', async () => (await ask('special')) === 200);
    await apply([nowhere], async () => (await ask('special')) === '503 route_closed');
    const said = gateway.plane.status().documents.find(({ id }) => id === 'SecurityPolicy/lab')?.problems;
    expect(said?.map(({ message }) => message).join()).toContain('HTTPRoute "teams" has no rule "nowhere"');
  });
});
