import { expect, it } from 'vitest';
import { localBackend, secretOf } from '../support/ai-gateway-manifests.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { apiKey, documents, gatewayDocument } from '../support/policy-documents.ts';
import { askWhileItDies, expectDeathWhileAProviderThinks } from '../support/processor-death.ts';
import { clearly, resilienceSite, secret } from '../support/resilience-site.ts';
import { until } from '../support/until.ts';

const site = resilienceSite();

/** A route that wants tokens, which the processor demands: without it nobody may get in. */
const issuer = tokenIssuer();
const token = issuer.token({ iss: 'https://issuer.example.com', sub: 'ana' });
const withKey = { authorization: `Bearer ${secret}` };
const withBoth = { 'x-api-key': secret, authorization: `Bearer ${token}` };
const route = (name: string) => ({ group: 'aigateway.envoyproxy.io', kind: 'AIGatewayRoute', name });
const of = (apiVersion: string, kind: string, name: string, spec: object) =>
  `${JSON.stringify({ apiVersion, kind, metadata: { name }, spec })}\n`;

const startWithTokens = () =>
  site.start({
    policy: (port) => ({
      'policy.yaml': documents(
        gatewayDocument([{ name: 'http', port }]),
        localBackend({
          name: 'good',
          port: Number(new URL(site.practice.url).port),
          prefix: '/good/v1',
          credential: { type: 'APIKey', apiKey: { secretRef: { name: 'good' } } },
        }),
        secretOf('good', { apiKey: 'good-secret' }),
        of('aigateway.envoyproxy.io/v1beta1', 'AIGatewayRoute', 'plain', {
          parentRefs: [{ name: 'test', kind: 'Gateway', group: 'gateway.networking.k8s.io' }],
          rules: [
            {
              matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'plain' }] }],
              backendRefs: [{ name: 'good', modelNameOverride: 'upstream-plain' }],
            },
          ],
        }),
        of('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'tokens', {
          targetRefs: [route('plain')],
          jwt: { providers: [{ name: 'login', localJWKS: { inline: issuer.keySet } }] },
        }),
        apiKey('test', 'CALLER_KEY'),
      ),
    }),
  });
const said = async (headers: Readonly<Record<string, string>>) => {
  const answer = await site.ask({ model: 'plain', headers });
  return answer.status === 200 ? 200 : clearly(answer);
};

it('tells the death of the processor in the middle of a request, and is open to nobody until it is back', async () => {
  await startWithTokens();
  expect(await said(withBoth)).toBe(200);
  expect(await said(withKey)).toBe('401 missing_token');
  const before = site.practice.requests.length;
  expect(clearly(await askWhileItDies(site, withBoth))).toBe('503 gateway_not_ready');
  const withForged = { ...withBoth, authorization: `Bearer ${tokenIssuer().token({})}` };
  for (const headers of [withBoth, withKey, withForged]) {
    expect(await said(headers)).toBe('503 gateway_not_ready');
  }
  expect(site.practice.requests).toHaveLength(before);
  await site.gateway.processors[0]?.restart();
  await until('requests are answered again', async () => (await said(withBoth)) === 200);
  expect(await said(withKey)).toBe('401 missing_token');
  expect(await said(withForged)).toBe('401 invalid_token');
});

it('tells its death while a provider thinks, and lets a stream that has begun go on', async () => {
  await startWithTokens();
  await expectDeathWhileAProviderThinks(site, withBoth);
  expect(JSON.stringify(site.practice.requests)).not.toContain(token.slice(0, 40));
});
