import { describe, expect, it } from 'vitest';
import { ok } from '../../../../lib/result.ts';
import { parseDocuments } from '../../../../policy/parse.ts';
import { buildModel } from '../../build.ts';
import { secretsOnly } from '../../testing/surroundings.ts';

const route = `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: there}
spec: {endpoints: [{ip: {address: 10.0.0.1, port: 8000}}]}
---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: AIGatewayRoute
metadata: {name: r}
spec: {rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: a}, {name: b}]}]}
`;

const backend = (name: string, names: string): string => `---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: AIServiceBackend
metadata: {name: ${name}}
spec:
  schema: {name: OpenAI}
  backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: there}
  backendSecurityPolicyRef: {name: ${names}, kind: BackendSecurityPolicy, group: aigateway.envoyproxy.io}
`;

const policy = (name: string, ...targets: readonly string[]): string => `---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: BackendSecurityPolicy
metadata: {name: ${name}}
spec:
  type: APIKey
  apiKey: {secretRef: {name: ${name}}}
  targetRefs: [${targets.map((target) => `{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: ${target}}`).join()}]
`;

/** Every Secret has a key that tells whose it is. */
const surroundings = secretsOnly((source) => ok('secretKeyRef' in source ? `key of ${source.secretKeyRef.name}` : ''));

function build(...manifests: readonly string[]) {
  const { documents, problems: wrong } = parseDocuments(route + manifests.join(''), 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, surroundings);
  const [gateway] = gateways;
  const shown = (gateway?.providers ?? []).map(({ name, credential }) => {
    const secret = gateway?.secrets.find((one) => one.name === credential?.secret);
    return [name, secret?.kind === 'opaque' ? secret.value : undefined];
  });
  return {
    shown: Object.fromEntries(shown),
    decisions: gateway?.providers.flatMap(({ decisions = [] }) =>
      decisions.map(({ by, over }) => [by.origin, ...over.map(({ origin }) => origin)]),
    ),
    problems: problems.map(({ severity, document, path, reason, message }) => [
      severity,
      document,
      path,
      reason,
      message,
    ]),
  };
}

describe('the credential of a backend that names its policy', () => {
  it('is that of the policy, which may be the policy of several and needs no targets', () => {
    const { shown, problems } = build(backend('a', 'x'), backend('b', 'x'), policy('x'));
    expect(shown).toEqual({ a: 'key of x', b: 'key of x' });
    expect(problems).toEqual([]);
  });

  it('goes before that of a policy that names the backend, which hears of it', () => {
    const { shown, decisions, problems } = build(
      backend('a', 'y'),
      backend('b', 'y'),
      policy('x', 'a'),
      policy('y', 'b'),
    );
    expect(shown).toEqual({ a: 'key of y', b: 'key of y' });
    expect(decisions).toEqual([['BackendSecurityPolicy/y', 'BackendSecurityPolicy/x'], ['BackendSecurityPolicy/y']]);
    const message = 'AIServiceBackend/a names BackendSecurityPolicy/y itself';
    expect(problems).toEqual([['error', 'BackendSecurityPolicy/x', 'spec.targetRefs[0]', 'Conflicted', message]]);
  });

  it('is missing where the policy is, and then the backend is not asked, whoever else names it', () => {
    const { shown, problems } = build(backend('a', 'gone'), backend('b', 'x'), policy('x', 'a'));
    expect(shown).toEqual({ b: 'key of x' });
    const message = 'BackendSecurityPolicy "gone" does not exist or is refused';
    expect(problems).toContainEqual([
      'error',
      'AIServiceBackend/a',
      'spec.backendSecurityPolicyRef',
      'TargetNotFound',
      message,
    ]);
  });
});
