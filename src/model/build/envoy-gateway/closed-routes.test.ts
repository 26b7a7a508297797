import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const there = `${oneBackend}
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

const rule = (model: string, name = ''): string =>
  `{${name && `name: ${name}, `}matches: [{headers: [{name: x-ai-eg-model, value: ${model}}]}], backendRefs: [{name: a}]}`;

const route = (name: string, ...rules: readonly string[]): string => `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: ${name}}
spec: {parentRefs: [{name: edge}], rules: [${rules.join()}]}
`;

const httpRoute = (name: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec: {parentRefs: [{name: edge}], rules: [{backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: b}]}]}
`;

const policy = (kind: string, name: string, target: string, spec: string): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: {targetRefs: [${target}], ${spec}}
`;

const toRoute = (name: string, rule?: string, kind = 'AIGatewayRoute') =>
  `{group: ${kind === 'HTTPRoute' ? 'gateway.networking.k8s.io' : 'aigateway.envoyproxy.io'}, kind: ${kind}, name: ${name}${rule ? `, sectionName: ${rule}` : ''}}`;
const lua = 'lua: [{type: Inline, inline: "function envoy_on_request(handle) end"}]';
const tokens = `jwt: {providers: [{name: house, localJWKS: {inline: '{"keys": []}'}}]}`;
const wrong = 'basicAuth: {users: {name: users}}';

/** Models that are served and those that are closed, with who closes them. */
function build(...texts: readonly string[]) {
  const { documents, barriers } = parseDocuments(there + texts.join(''), 'policy.yaml', '.', { now: 0 });
  const { gateways } = buildModel([...documents, ...barriers], secretsOnly());
  return Object.fromEntries(
    (gateways[0]?.routes ?? []).map(({ match, targets, closedBy, tokens: demand }) => [
      match.models.join(),
      targets.length === 0 ? `closed by ${closedBy}` : demand === undefined ? 'open' : 'open with a token',
    ]),
  );
}

describe('an AIGatewayRoute', () => {
  it('is closed by filters of one’s own for it, which models cannot have, and no other route is', () => {
    const text = route('one', rule('a')) + route('two', rule('b'));
    expect(build(text)).toEqual({ a: 'open', b: 'open' });
    for (const kind of ['AIGatewayRoute', 'HTTPRoute']) {
      expect(build(text, policy('EnvoyExtensionPolicy', 'script', toRoute('one', undefined, kind), lua))).toEqual({
        a: 'closed by EnvoyExtensionPolicy/script',
        b: 'open',
      });
    }
  });

  it('is closed rule by rule, where the policy names one', () => {
    const text = route('one', rule('a', 'first'), rule('b', 'second'), rule('c'));
    expect(build(text, policy('EnvoyExtensionPolicy', 'script', toRoute('one', 'second'), lua))).toEqual({
      a: 'open',
      b: 'closed by EnvoyExtensionPolicy/script',
      c: 'open',
    });
  });

  it('is closed as a whole by a guard for a rule that it does not have', () => {
    const text = route('one', rule('a', 'first'), rule('b', 'second')) + route('two', rule('c', 'third'));
    for (const [kind, spec] of [
      ['EnvoyExtensionPolicy', lua],
      ['SecurityPolicy', tokens],
      ['SecurityPolicy', wrong],
    ] as const) {
      const closed = `closed by ${kind}/guard`;
      expect(build(text, policy(kind, 'guard', toRoute('one', 'third'), spec))).toEqual({
        a: closed,
        b: closed,
        c: 'open',
      });
    }
  });

  it('stays open where the policy guards nothing', () => {
    const pages = 'cors: {allowOrigins: ["https://app.example.com"]}';
    expect(build(route('one', rule('a')), policy('SecurityPolicy', 'pages', toRoute('one', 'gone'), pages))).toEqual({
      a: 'open',
    });
  });

  it('is closed by a SecurityPolicy that is wrong and never was right', () => {
    expect(build(route('one', rule('a')), policy('SecurityPolicy', 'who', toRoute('one'), wrong))).toEqual({
      a: 'closed by SecurityPolicy/who',
    });
  });

  it('is open with a token where its policy is right, and only there', () => {
    const text = route('one', rule('a', 'first'), rule('b', 'second')) + route('two', rule('c'));
    expect(build(text, policy('SecurityPolicy', 'who', toRoute('one'), tokens))).toEqual({
      a: 'open with a token',
      b: 'open with a token',
      c: 'open',
    });
    expect(build(text, policy('SecurityPolicy', 'who', toRoute('one', 'second'), tokens))).toEqual({
      a: 'open',
      b: 'open with a token',
      c: 'open',
    });
  });

  it('is closed where the keys of those tokens are not there', () => {
    const gone = `jwt: {providers: [{name: house, localJWKS: {type: ValueRef, valueRef: {group: "", kind: ConfigMap, name: gone}}}]}`;
    expect(build(route('one', rule('a')), policy('SecurityPolicy', 'who', toRoute('one'), gone))).toEqual({
      a: 'closed by SecurityPolicy/who',
    });
  });

  it('is not meant by a policy for the HTTPRoute of its name, where there is one', () => {
    const guard = policy('EnvoyExtensionPolicy', 'script', toRoute('one', undefined, 'HTTPRoute'), lua);
    expect(build(route('one', rule('a')), httpRoute('one'), guard)).toEqual({ a: 'open' });
    expect(build(route('one', rule('a')), httpRoute('two'), guard)).toEqual({
      a: 'closed by EnvoyExtensionPolicy/script',
    });
  });

  it('is not closed by the second of two policies for it, which is in force for nothing', () => {
    const right = policy('SecurityPolicy', 'a', toRoute('one'), tokens);
    expect(build(route('one', rule('a')), right, policy('SecurityPolicy', 'b', toRoute('one'), wrong))).toEqual({
      a: 'open with a token',
    });
  });
});
