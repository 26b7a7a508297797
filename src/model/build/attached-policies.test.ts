import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../policy/parse.ts';
import { problemText } from '../../policy/testing/problem-text.ts';
import { attachPolicies } from './attached-policies.ts';
import { createContext } from './context.ts';
import { ofKind } from './of-kind.ts';
import { secretsOnly } from './testing/surroundings.ts';

const subjects = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, labels: {stage: prod}}
spec: {listeners: [{name: http, protocol: HTTP, port: 80}, {name: inner, protocol: HTTP, port: 81}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: chat, labels: {team: a}}
spec: {rules: [{name: first, backendRefs: [{name: b}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, labels: {team: b}}
spec: {rules: [{backendRefs: [{name: shop, port: 80}]}]}
`;

const policy = (name: string, targets: string): string => `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: ${name}}
spec: {retry: {numRetries: 1}, ${targets}}
`;

const group = 'group: gateway.networking.k8s.io';
const edge = { kind: 'Gateway', namespace: 'default', name: 'edge' } as const;
const chat = { kind: 'route', namespace: 'default', name: 'chat' } as const;
const shop = { kind: 'route', namespace: 'default', name: 'shop' } as const;

function attached(...policies: readonly string[]) {
  const { documents, problems: wrong } = parseDocuments(subjects + policies.join(''), 'p.yaml', '.', { now: 0 });
  expect(wrong).toEqual([]);
  const { context, problems } = createContext(secretsOnly(), []);
  const all = attachPolicies(ofKind(documents, 'BackendTrafficPolicy'), documents, context);
  const at = (route: typeof chat | typeof shop, listeners: readonly string[], rule?: string): readonly string[] =>
    all
      .at({ gateway: edge, listeners, route, ...(rule !== undefined && { rule }) })
      .map(({ level, spec }) => `${level}:${spec.name}`);
  const becameOf = (name: string) =>
    all.attachments
      .filter(({ document }) => document.endsWith(`/${name}`))
      .map(({ parent, outcome }) => [
        [parent.kind, parent.name, ...(parent.sectionName ? [parent.sectionName] : [])].join('/'),
        outcome === 'accepted' ? outcome : outcome.reason,
      ]);
  const reasons = problems.map(({ path, reason }) => [path, reason]);
  return { all, at, becameOf, reasons, problems: problems.map(problemText) };
}

describe('attachPolicies()', () => {
  it('finds them at every level', () => {
    const { at, all, problems } = attached(
      policy('whole', `targetRefs: [{${group}, kind: Gateway, name: edge}]`),
      policy('listener', `targetRefs: [{${group}, kind: Gateway, name: edge, sectionName: inner}]`),
      policy('route', `targetRef: {${group}, kind: HTTPRoute, name: chat}`),
      policy('rule', `targetRef: {${group}, kind: HTTPRoute, name: chat, sectionName: first}`),
    );
    expect(problems).toEqual([]);
    expect(at(chat, ['http'])).toEqual(['gateway:whole', 'route:route']);
    expect(at(chat, ['http', 'inner'], 'first')).toEqual([
      'gateway:whole',
      'listener:listener',
      'route:route',
      'rule:rule',
    ]);
    expect(at(shop, ['inner'], 'first')).toEqual(['gateway:whole', 'listener:listener']);
    expect(all.of(edge)?.name).toBe('whole');
    expect(all.of(shop)).toBeUndefined();
  });

  it('takes an AIGatewayRoute for the HTTPRoute of its name', () => {
    const { at, problems } = attached(
      policy('by-own-kind', 'targetRefs: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: chat}]'),
      policy('by-http-route', `targetRefs: [{${group}, kind: HTTPRoute, name: shop}]`),
    );
    expect([at(chat, []), at(shop, [])]).toEqual([['route:by-own-kind'], ['route:by-http-route']]);
    expect(problems).toEqual([]);
  });

  it('selects by labels', () => {
    const { at, problems } = attached(
      policy('team-a', `targetSelectors: [{${group}, kind: HTTPRoute, matchLabels: {team: a}}]`),
      policy('team-c', `targetSelectors: [{${group}, kind: HTTPRoute, matchLabels: {team: c}}]`),
    );
    expect([at(chat, []), at(shop, [])]).toEqual([['route:team-a'], []]);
    expect(problems).toEqual([expect.stringMatching(/team-c: spec.targetSelectors\[0\] selects no HTTPRoute/)]);
  });

  it('says what does not exist, and what has a policy already: the smaller name wins', () => {
    const { at, problems } = attached(
      policy('b', `targetRefs: [{${group}, kind: HTTPRoute, name: chat}]`),
      policy('a', `targetRefs: [{${group}, kind: HTTPRoute, name: chat}, {${group}, kind: Gateway, name: gone}]`),
    );
    expect(at(chat, [])).toEqual(['route:a']);
    expect(problems).toEqual([
      expect.stringMatching(/BackendTrafficPolicy\/a: spec.targetRefs\[1\] Gateway "gone" does not exist/),
      expect.stringMatching(
        /BackendTrafficPolicy\/b: spec.targetRefs\[0\] BackendTrafficPolicy\/a is for the same HTTPRoute/,
      ),
    ]);
  });

  it('says of each target what became of it, in the words of Gateway API', () => {
    const { becameOf, reasons, all } = attached(
      policy(
        'b',
        `targetRefs: [{${group}, kind: HTTPRoute, name: chat}, {${group}, kind: Gateway, name: edge, sectionName: outer}]`,
      ),
      policy('a', 'targetRefs: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: chat}]'),
      policy('c', `targetRefs: [{${group}, kind: HTTPRoute, name: chat, sectionName: first}]`),
      policy('d', `targetSelectors: [{${group}, kind: Gateway, matchLabels: {stage: test}}]`),
    );
    expect(becameOf('a')).toEqual([['AIGatewayRoute/chat', 'accepted']]);
    expect(becameOf('b')).toEqual([
      ['HTTPRoute/chat', 'Conflicted'],
      ['Gateway/edge/outer', 'TargetNotFound'],
    ]);
    expect(becameOf('c')).toEqual([['HTTPRoute/chat/first', 'accepted']]);
    expect(reasons).toEqual([
      ['spec.targetRefs[0]', 'Conflicted'],
      ['spec.targetRefs[1].sectionName', 'TargetNotFound'],
      ['spec.targetSelectors[0]', 'TargetNotFound'],
    ]);
    const [byOwnKind, inConflict, ofListener] = all.attachments;
    expect(byOwnKind?.parent.group).toBe('aigateway.envoyproxy.io');
    expect(inConflict?.parent.group).toBe('gateway.networking.k8s.io');
    expect(inConflict?.outcome).toHaveProperty('message', 'BackendTrafficPolicy/a is for the same HTTPRoute');
    expect(ofListener?.outcome).toHaveProperty('message', 'Gateway "edge" has no listener "outer"');
  });

  it('is in no conflict with itself where it names a target twice', () => {
    const twice = `{${group}, kind: HTTPRoute, name: shop}`;
    const { at, problems, becameOf } = attached(policy('a', `targetRefs: [${twice}, ${twice}]`));
    expect(at(shop, [])).toEqual(['route:a']);
    expect(problems).toEqual([]);
    expect(becameOf('a').map(([, outcome]) => outcome)).toEqual(['accepted', 'accepted']);
  });

  it('selects what is of its kind and namespace only', () => {
    const everything = (namespace: string, kind: string) =>
      policy(`all-${kind.toLowerCase()}, namespace: ${namespace}`, `targetSelectors: [{${group}, kind: ${kind}}]`);
    const gateways = attached(everything('default', 'Gateway'));
    expect(gateways.at(chat, [])).toEqual(['gateway:all-gateway']);
    expect(gateways.all.targets.size).toBe(1);
    const routes = attached(everything('default', 'HTTPRoute'));
    expect([routes.at(chat, []), routes.at(shop, [])]).toEqual([['route:all-httproute'], ['route:all-httproute']]);
    expect(routes.becameOf('all-httproute').map(([target]) => target)).toEqual(['HTTPRoute/chat', 'HTTPRoute/shop']);
    const elsewhere = attached(everything('elsewhere', 'HTTPRoute'));
    expect(elsewhere.all.targets.size).toBe(0);
    expect(elsewhere.reasons).toEqual([['spec.targetSelectors[0]', 'TargetNotFound']]);
  });

  it('names what is in its own namespace only', () => {
    const { all, reasons } = attached(
      policy('far, namespace: elsewhere', `targetRefs: [{${group}, kind: HTTPRoute, name: chat}]`),
    );
    expect(all.targets.size).toBe(0);
    expect(reasons).toEqual([['spec.targetRefs[0]', 'TargetNotFound']]);
  });
});
