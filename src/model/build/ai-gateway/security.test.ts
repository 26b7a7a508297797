import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../lib/hash.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const keyOf = (client: string): string => `a-key-of-${client}-with-16-or-more`;

const secret = (name: string, clients: readonly string[], namespace = 'default'): string => `---
apiVersion: v1
kind: Secret
metadata: {name: ${name}, namespace: ${namespace}}
stringData: {${clients.map((client) => `${client}: ${keyOf(client)}`).join(', ')}}
`;

const route = (name: string, ...rules: readonly string[]): string => `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: ${name}}
spec: {parentRefs: [{name: edge}], rules: [${rules.join()}]}
`;

const rule = (model: string, more = '', match = `value: ${model}`): string =>
  `{${more}matches: [{headers: [{name: x-ai-eg-model, ${match}}]}], backendRefs: [{name: a}]}`;

const policy = (name: string, target: string, secrets: string, namespace = 'default'): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, ${target}}]
  apiKeyAuth: {credentialRefs: [${secrets}], extractFrom: [{headers: [x-api-key]}]}
`;

const grant = (from: string): string => `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: keys, namespace: other}
spec: {from: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, namespace: ${from}}], to: [{group: "", kind: Secret}]}
`;

const there = `${oneBackend}
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, protocol: HTTP, port: 80}]}
`;

const ofGateway = 'kind: Gateway, name: edge';

function build(...texts: readonly string[]) {
  const { documents, problems: wrong } = parseDocuments(there + texts.join(''), 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, secretsOnly());
  const keys = gateways[0]?.keys ?? [];
  return {
    keys,
    /** By client: what it may call, and what not. */
    callers: Object.fromEntries(
      keys.map(({ user, allowModels, denyModels }) => [user, { only: allowModels, but: denyModels }]),
    ),
    problems: problems.map(({ document, path, reason }) => [document, path, reason]),
  };
}

describe('keys of SecurityPolicies', () => {
  it('of the Gateway open every model but those of routes that have keys of their own', () => {
    const { callers, keys, problems } = build(
      route('open', rule('for-all')),
      route('guarded', rule('for-few'), rule('for-a-few')),
      policy('everybody', ofGateway, '{name: clients}'),
      policy('few', 'kind: HTTPRoute, name: guarded', '{name: vips}'),
      secret('clients', ['ana']),
      secret('vips', ['cleo']),
    );
    expect(callers).toEqual({
      ana: { only: [], but: ['for-a-few', 'for-few'] },
      cleo: { only: ['for-a-few', 'for-few'], but: [] },
    });
    expect(keys.map(({ sha256 }) => sha256)).toEqual(['ana', 'cleo'].map((client) => sha256Hex(keyOf(client))));
    expect(problems).toEqual([]);
  });

  it('of two routes open what both of them lead to, and nothing more', () => {
    const { callers } = build(
      route('first', rule('b')),
      route('second', rule('a')),
      route('third', rule('c')),
      policy('one', 'kind: HTTPRoute, name: first', '{name: clients}'),
      policy('two', 'kind: HTTPRoute, name: second', '{name: clients}'),
      policy('three', 'kind: HTTPRoute, name: third', '{name: vips}'),
      secret('clients', ['ana']),
      secret('vips', ['cleo']),
    );
    expect(callers).toEqual({ ana: { only: ['a', 'b'], but: [] }, cleo: { only: ['c'], but: [] } });
  });

  it('of the Gateway and of a route open everything but what others have to themselves', () => {
    const { callers, keys } = build(
      route('first', rule('a')),
      route('second', rule('b')),
      policy('everybody', ofGateway, '{name: clients}'),
      policy('one', 'kind: HTTPRoute, name: first', '{name: clients}'),
      policy('two', 'kind: HTTPRoute, name: second', '{name: vips}'),
      secret('clients', ['ana']),
      secret('vips', ['cleo']),
    );
    expect(callers).toMatchObject({ ana: { only: [], but: ['b'] } });
    expect(keys[0]?.origins).toEqual(['SecurityPolicy/everybody', 'SecurityPolicy/one']);
  });

  it('of a rule open its models, those of the route the rest of it', () => {
    const { callers } = build(
      route('mixed', rule('a', 'name: own, '), rule('b')),
      policy('of-rule', 'kind: HTTPRoute, name: mixed, sectionName: own', '{name: vips}'),
      policy('of-route', 'kind: HTTPRoute, name: mixed', '{name: clients}'),
      secret('clients', ['ana']),
      secret('vips', ['cleo']),
    );
    expect(callers).toEqual({ ana: { only: ['b'], but: [] }, cleo: { only: ['a'], but: [] } });
  });

  it.each([
    ['a pattern', rule('x', '', 'type: RegularExpression, value: "gpt-.*"')],
    ['no model at all', '{backendRefs: [{name: a}]}'],
    [
      'a pattern beside names',
      `{matches: [{headers: [{name: x-ai-eg-model, value: a}]}, {headers: [{name: x-ai-eg-model, type: RegularExpression, value: "b.*"}]}],
      backendRefs: [{name: a}]}`,
    ],
  ])('of a route whose rules have %s open nothing, which is said', (_, rules) => {
    const { callers, problems } = build(
      route('wide', rules),
      policy('few', 'kind: HTTPRoute, name: wide', '{name: vips}'),
      secret('vips', ['cleo']),
    );
    expect(callers).toEqual({});
    expect(problems).toEqual([['SecurityPolicy/few', 'spec.apiKeyAuth', 'UnsupportedValue']]);
  });

  it('that an ApiKey has already stay that one’s', () => {
    const apiKey = `---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ana}
spec: {hash: "sha256:${sha256Hex(keyOf('ana'))}", models: {allow: [small]}}
`;
    const { keys, problems } = build(
      apiKey,
      policy('everybody', ofGateway, '{name: clients}'),
      secret('clients', ['ana', 'ben']),
    );
    expect(keys.map(({ name }) => name)).toEqual(['Secret/clients/ben', 'ana']);
    expect(keys[1]?.allowModels).toEqual(['small']);
    expect(problems).toContainEqual(['SecurityPolicy/everybody', 'spec.apiKeyAuth.credentialRefs', 'Conflicted']);
  });

  it('of a Secret of another namespace count once its owner permits it to policies of this one', () => {
    const texts = [policy('everybody', ofGateway, '{name: far, namespace: other}'), secret('far', ['ana'], 'other')];
    const path = 'spec.apiKeyAuth.credentialRefs[0]';
    for (const grants of [[], [grant('elsewhere')]]) {
      const refused = build(...texts, ...grants);
      expect(refused.callers).toEqual({});
      expect(refused.problems).toEqual([['SecurityPolicy/everybody', path, 'RefNotPermitted']]);
    }
    const permitted = build(...texts, grant('default'));
    expect(permitted.callers).toEqual({ ana: { only: [], but: [] } });
    expect(permitted.problems).toEqual([]);
  });

  it('that can be guessed, or whose Secret is missing, open nothing; the others do', () => {
    const shortest = '0123456789abcdef';
    const text = `---
apiVersion: v1
kind: Secret
metadata: {name: clients}
stringData: {ana: ${shortest}, ben: ${shortest.slice(1)}}
`;
    const { callers, problems } = build(text, policy('everybody', ofGateway, '{name: gone}, {name: clients}'));
    expect(Object.keys(callers)).toEqual(['ana']);
    expect(problems).toEqual([
      ['SecurityPolicy/everybody', 'spec.apiKeyAuth.credentialRefs[0]', 'SecretNotFound'],
      ['SecurityPolicy/everybody', 'spec.apiKeyAuth.credentialRefs[1]', undefined],
    ]);
  });

  it.each(['authorization', 'x-api-key', 'api-key'])(
    'may be shown in %s, and nowhere else, which is said',
    (header) => {
      const everybody = policy('everybody', ofGateway, '{name: clients}');
      const shownIn = (name: string) =>
        build(everybody.replace('[x-api-key]', `[${name}]`), secret('clients', ['ana'])).problems;
      expect(shownIn(header)).toEqual([]);
      expect(shownIn('x-mine')).toEqual([
        ['SecurityPolicy/everybody', 'spec.apiKeyAuth.extractFrom[0].headers', 'UnsupportedValue'],
      ]);
    },
  );
});
