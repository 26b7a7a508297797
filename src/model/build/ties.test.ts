import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../policy/parse.ts';
import { buildModel } from './build.ts';
import { secretsOnly } from './testing/surroundings.ts';

const gatewayApi = 'gateway.networking.k8s.io';
const envoyGateway = 'gateway.envoyproxy.io';
const aiGateway = 'aigateway.envoyproxy.io';

const surroundings = `
apiVersion: ${gatewayApi}/v1
kind: Gateway
metadata: {name: edge}
spec: {gatewayClassName: sluice-egress, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: ${envoyGateway}/v1alpha1
kind: Backend
metadata: {name: b}
spec: {endpoints: [{ip: {address: 10.0.0.1, port: 8000}}]}
---
apiVersion: ${aiGateway}/v1beta1
kind: AIServiceBackend
metadata: {name: s}
spec: {schema: {name: OpenAI}, backendRef: {group: ${envoyGateway}, kind: Backend, name: b}}
---
apiVersion: ${aiGateway}/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: s}]}]
---
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: p}
spec: {schema: openai, credential: {none: {}}}
`;

const [earlier, later] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];

const document = (apiVersion: string, kind: string, name: string, spec: string): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

/** What is made of the documents `a` and `z`, where `older` is the older one; of nobody: both are equally old. */
function built(two: (name: string) => string, older?: 'a' | 'z') {
  const { documents, problems: wrong } = parseDocuments(surroundings + two('a') + two('z'), 'p.yaml', '.', { now: 0 });
  expect(wrong).toEqual([]);
  const aged = documents.map((each) => ({ ...each, createdAt: each.name === older ? earlier : later }));
  const { gateways, problems } = buildModel(aged, secretsOnly());
  const [gateway, ...more] = gateways;
  if (gateway === undefined || more.length > 0) throw new Error('one Gateway was to be built');
  return { gateway, problems };
}

const onEdge = `targetRefs: [{group: ${gatewayApi}, kind: Gateway, name: edge}]`;
const onBackend = `targetRefs: [{group: ${aiGateway}, kind: AIServiceBackend, name: s}]`;
const onService = `targetRefs: [{group: ${envoyGateway}, kind: Backend, name: b}]`;

describe('the older one of two policies for one target', () => {
  it.each([
    ['ClientTrafficPolicy', `${envoyGateway}/v1alpha1`, `{${onEdge}, connection: {bufferLimit: 1Mi}}`],
    ['BackendTrafficPolicy', `${envoyGateway}/v1alpha1`, `{${onEdge}, retry: {numRetries: 1}}`],
    ['SecurityPolicy', `${envoyGateway}/v1alpha1`, `{${onEdge}, cors: {allowOrigins: ["https://a.test"]}}`],
    ['EnvoyExtensionPolicy', `${envoyGateway}/v1alpha1`, `{${onEdge}, lua: [{type: Inline, inline: "--"}]}`],
    [
      'BackendTLSPolicy',
      `${gatewayApi}/v1`,
      `{${onService}, validation: {hostname: a.test, wellKnownCACertificates: System}}`,
    ],
    ['BackendSecurityPolicy', `${aiGateway}/v1beta1`, `{${onBackend}, type: APIKey, apiKey: {secretRef: {name: k}}}`],
    ['QuotaPolicy', `${aiGateway}/v1alpha1`, `{${onBackend}, serviceQuota: {quota: {limit: 1, duration: 1m}}}`],
    ['GatewayPolicy', 'sluice.dev/v1alpha1', '{targetRef: {name: edge}, maxBodySize: 1MiB}'],
  ])('is in force, and the other one names it: %s', (kind, apiVersion, spec) => {
    const two = (name: string): string => document(apiVersion, kind, name, spec);
    const conflicts = (older?: 'a' | 'z') =>
      built(two, older).problems.flatMap(({ document: id, reason, message }) =>
        reason === 'Conflicted' ? [[id, message.replace(/(?<=for the same ).*?(?=,|$)/, 'target')]] : [],
      );
    expect(conflicts('z')).toEqual([[`${kind}/a`, `${kind}/z is for the same target, and older`]]);
    expect(conflicts('a')).toEqual([[`${kind}/z`, `${kind}/a is for the same target, and older`]]);
    expect(conflicts()).toEqual([[`${kind}/z`, `${kind}/a is for the same target`]]);
  });
});

describe('the older one of two documents that want the same', () => {
  it('has a name of models, or a key', () => {
    const model = (name: string): string =>
      document('sluice.dev/v1alpha1', 'Model', name, '{targets: [{provider: p}], aliases: [both]}');
    const key = (name: string): string =>
      document('sluice.dev/v1alpha1', 'ApiKey', name, `{hash: "sha256:${'0'.repeat(64)}"}`);
    const aliased = (older?: 'a' | 'z') =>
      built(model, older).gateway.models.flatMap(({ name, aliases }) => (aliases.length > 0 ? [name] : []));
    const owners = (older?: 'a' | 'z') => built(key, older).gateway.keys.map(({ name }) => name);
    for (const winner of [aliased, owners]) {
      expect([winner('z'), winner('a'), winner()]).toEqual([['z'], ['a'], ['a']]);
    }
  });

  it('answers where two HTTPRoutes match alike, rule by rule', () => {
    const route = (name: string): string =>
      document(
        `${gatewayApi}/v1`,
        'HTTPRoute',
        name,
        `{parentRefs: [{name: edge}], rules: [${'{backendRefs: []}, '.repeat(2)}]}`,
      );
    const order = (older?: 'a' | 'z') => built(route, older).gateway.services.routes.map(({ id }) => id);
    const [ofA, ofZ] = [order('a').slice(0, 2), order('a').slice(2)];
    expect(ofA.every((id) => id.includes('/a/'))).toBe(true);
    expect(order('z')).toEqual([...ofZ, ...ofA]);
    expect(order()).toEqual([...ofA, ...ofZ]);
  });

  it('says whose a model is, and which text its routes are ordered by', () => {
    const route = (name: string): string =>
      document(
        `${aiGateway}/v1beta1`,
        'AIGatewayRoute',
        name,
        `{parentRefs: [{name: edge}], rules: [{modelsOwnedBy: ${name}, matches: [{headers: [{name: x-ai-eg-model, value: n}]}], backendRefs: [{name: s}]}]}`,
      );
    const owner = (older?: 'a' | 'z') => built(route, older).gateway.models.find(({ name }) => name === 'n')?.ownedBy;
    expect([owner('z'), owner('a'), owner()]).toEqual(['z', 'a', 'a']);
    const texts = built(route, 'z').gateway.routes.map(({ id, precedence }) => [id.split('/')[1], precedence]);
    expect(new Map(texts as [string, string][])).toEqual(
      new Map([
        ['a', `${later} default/a`],
        ['z', `${earlier} default/z`],
        ['r', `${later} default/r`],
      ]),
    );
  });
});
