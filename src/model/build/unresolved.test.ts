import { describe, expect, it } from 'vitest';
import { err } from '../../lib/result.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { refersToNothing } from '../../policy/problem.ts';
import { buildModel } from './build.ts';
import { secretsOnly } from './testing/surroundings.ts';

const own = (kind: string, spec: string): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: it}\nspec: ${spec}\n`;
const extension = (kind: string, name: string, spec: string): string =>
  `apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const aiGateway = (kind: string, name: string, spec: string): string =>
  `apiVersion: aigateway.envoyproxy.io/v1beta1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
`;
const toEdge = '{group: gateway.networking.k8s.io, kind: Gateway, name: edge}';
const toBackend = '{group: gateway.envoyproxy.io, kind: Backend, name: there}';
const hash = `"sha256:${'6b'.repeat(32)}"`;

/** Errors only: where, why, and whether there is nothing. */
function problemsOf(...documents: string[]) {
  const parsed = parseDocuments(documents.join('---\n'), 'policy.yaml', '.');
  expect(parsed.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const surroundings = secretsOnly(() => err('is not there'));
  return buildModel(parsed.documents, surroundings).problems.flatMap((problem) =>
    problem.severity === 'error' ? [[problem.path, problem.reason, refersToNothing(problem)]] : [],
  );
}

describe('a reference to nothing', () => {
  it.each([
    [
      'a provider of a Model',
      'spec.targets[0].provider',
      'ProviderNotFound',
      own('Model', '{targets: [{provider: gone}]}'),
    ],
    [
      "a provider of a key's own credential",
      'spec.credentials[0].provider',
      'ProviderNotFound',
      own('ApiKey', `{hash: ${hash}, credentials: [{provider: gone, apiKey: {env: KEY}}]}`),
    ],
    [
      'a secret, wherever it is kept',
      'spec.credential.apiKey',
      'SecretNotFound',
      own('Provider', '{schema: openai, credential: {apiKey: {env: KEY}}}'),
    ],
    [
      'the key of callers without one',
      'spec.anonymous.key',
      'ApiKeyNotFound',
      own('GatewayPolicy', '{anonymous: {key: gone}}'),
    ],
    [
      'the Gateway of a policy',
      'spec.targetRef.name',
      'GatewayNotFound',
      own('GatewayPolicy', '{targetRef: {name: gone}}'),
    ],
    [
      'the authorities of clients',
      'spec.tls.clientValidation.caCertificateRefs[0]',
      'ConfigMapNotFound',
      gateway.replace(
        '{name: http, port: 80, protocol: HTTP}',
        '{name: http, port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: edge}]}}',
      ),
      extension(
        'ClientTrafficPolicy',
        'it',
        `{targetRefs: [${toEdge}], tls: {clientValidation: {caCertificateRefs: [{kind: ConfigMap, name: gone}]}}}`,
      ),
    ],
    [
      'the target of a policy',
      'spec.targetRefs[0]',
      'TargetNotFound',
      gateway,
      extension('BackendTrafficPolicy', 'it', `{targetRefs: [${toEdge.replace('edge', 'gone')}]}`),
    ],
    [
      'a backend of a route',
      'spec.rules[0].backendRefs[0]',
      'BackendNotFound',
      gateway,
      aiGateway('AIGatewayRoute', 'it', '{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: gone}]}]}'),
    ],
  ])('tells what is not there: %s', (_, path, reason, ...documents) => {
    expect(problemsOf(...documents)).toContainEqual([path, reason, true]);
  });

  it('says which target it is, whatever is wrong with those before it', () => {
    const targets = '[{provider: team-b/theirs}, {provider: gone, priority: 1}]';
    const mine = own('Model', `{targets: ${targets}}`).replace('name: it', 'name: it, namespace: team-a');
    expect(problemsOf(mine)).toEqual([
      ['spec.targets[0].provider', 'RefNotPermitted', false],
      ['spec.targets[1].provider', 'ProviderNotFound', true],
    ]);
    const routing = `{active: true, chains: [{models: ["*"], targets: ${targets}}]}`;
    const key = own('ApiKey', `{hash: ${hash}, routing: ${routing}}`).replace(
      'name: it',
      'name: it, namespace: team-a',
    );
    expect(problemsOf(key).map(([path]) => path)).toEqual([
      'spec.routing.chains[0].targets[0].provider',
      'spec.routing.chains[0].targets[1].provider',
    ]);
  });
});

describe('a reference to what is there', () => {
  it('is not one to nothing where the backend is of no use', () => {
    const problems = problemsOf(
      gateway,
      extension('Backend', 'there', '{type: DynamicResolver}'),
      aiGateway('AIServiceBackend', 'there', `{schema: {name: OpenAI}, backendRef: ${toBackend}}`),
      aiGateway('AIGatewayRoute', 'it', '{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: there}]}]}'),
    );
    expect(problems).toContainEqual(['spec.rules[0].backendRefs[0]', 'InvalidBackend', false]);
    expect(problems).toContainEqual(['spec.backendRef', 'InvalidBackend', false]);
  });

  it('is none where what is written there is wrong', () => {
    const twice = `{hash: ${hash}}`;
    const problems = problemsOf(own('ApiKey', twice), own('ApiKey', twice).replace('name: it', 'name: other'));
    expect(problems).toEqual([['spec', undefined, false]]);
  });
});
