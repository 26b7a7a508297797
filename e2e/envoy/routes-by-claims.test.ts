import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendManifest, secretOf } from '../support/ai-gateway-manifests.ts';
import { applying } from '../support/applying.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo, marking } from '../support/http-route.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { documents } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * HTTPRoutes with rules that match headers made of claims, on a real Envoy. It chooses a route, and with it the filters
 * that the request meets, before any token is verified.
 */

const issuer = tokenIssuer();
const keys = { bob: 'sk-bob-has-enough-characters' };
const claims = { iss: 'https://login.example.com', org: { team: 'research' }, role: 'reader' };
const { org: _, ...withoutTeam } = claims;

let service: RecordingProvider;
let gateway: TestGateway;

const route = (name: string, match: Readonly<Record<string, unknown>>): string =>
  httpRoute(name, [leadTo('service', [{ ...below('/service'), ...match }], { filters: [marking('x-route', name)] })]);

const policy = (kind: 'Gateway' | 'HTTPRoute', name: string, spec: Readonly<Record<string, unknown>>): string =>
  attachedPolicy('SecurityPolicy', `of-${name}`, { kind, name }, spec);

const jwt = {
  jwt: {
    providers: [
      {
        name: 'login',
        issuer: claims.iss,
        localJWKS: { type: 'Inline', inline: issuer.keySet },
        claimToHeaders: [
          { claim: 'org.team', header: 'X-Team' },
          { claim: 'role', header: 'x-role' },
        ],
      },
    ],
  },
};

const apiKeyAuth = {
  apiKeyAuth: { credentialRefs: [{ name: 'callers' }], extractFrom: [{ headers: ['x-api-key'] }] },
};

type Headers = Readonly<Record<string, string>>;

/** Where it came out: the name of the route, or the status. */
async function visit(token: Readonly<Record<string, unknown>> | undefined, headers: Headers = {}) {
  const authorization = token && { authorization: `Bearer ${issuer.token(token)}` };
  const { status, text } = await rawRequest(gateway.port, {
    method: 'GET',
    path: '/service',
    headers: { ...authorization, ...headers },
  });
  return status === 200 ? (JSON.parse(text) as IncomingHttpHeaders)['x-route'] : status;
}

const apply = applying(() => gateway);

beforeAll(async () => {
  service = await startRecordingProvider((response, { headers }) => answerJson(response, 200, headers));
  gateway = await startGateway({
    policy: {
      'routes.yaml': documents(
        backendManifest('service', service.port),
        route('all', {}),
        route('research', { headers: [{ name: 'x-team', value: 'research' }] }),
        secretOf('callers', keys),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await service?.close();
});

describe('a rule that matches a header of a claim', () => {
  it('is chosen by what a token says, and not by what the caller has written', async () => {
    await apply([policy('Gateway', 'test', jwt)], async () => (await visit(undefined)) === 401);
    expect(await visit(claims)).toBe('research');
    expect(await visit(claims, { 'x-team': 'sales' })).toBe('research');
    expect(await visit(withoutTeam)).toBe('all');
    expect(await visit(withoutTeam, { 'x-team': 'research' })).toBe('all');
    expect(await visit({ ...claims, org: { team: 'sales' } }, { 'x-team': 'research' })).toBe('all');
    expect(await visit(undefined, { 'x-team': 'research' })).toBe(401);
  });

  it('lets nobody in past a policy of its own', async () => {
    await apply(
      [policy('Gateway', 'test', jwt), policy('HTTPRoute', 'research', apiKeyAuth)],
      async () => (await visit(claims)) === 500,
    );
    expect(await visit(claims, { 'x-api-key': keys.bob })).toBe(500);
    expect(await visit(withoutTeam, { 'x-team': 'research' })).toBe('all');
    expect(JSON.stringify(gateway.plane.status())).toContain('a rule matches a header that is made of a claim');
  });

  it('is no way past the policy of the route that a request would meet without it', async () => {
    await apply(
      [policy('Gateway', 'test', jwt), policy('HTTPRoute', 'all', apiKeyAuth)],
      async () => (await visit(withoutTeam)) === 401,
    );
    expect(await visit(withoutTeam, { 'x-team': 'research' })).toBe(401);
    expect(await visit(claims, { 'x-team': 'research' })).toBe(401);
    expect(await visit(claims, { 'x-api-key': keys.bob })).toBe(500);
    expect(await visit(withoutTeam, { 'x-api-key': keys.bob })).toBe('all');
  });

  it('stays with what callers write where it wants no tokens itself', async () => {
    await apply([policy('HTTPRoute', 'all', jwt)], async () => (await visit(undefined)) === 401);
    expect(await visit(undefined, { 'x-team': 'research' })).toBe('research');
    expect(await visit(claims)).toBe('all');
  });
});
