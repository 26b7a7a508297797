import { describe, expect, it } from 'vitest';
import { ok } from '../lib/result.ts';
import { secretsOnly } from '../model/build/testing/surroundings.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { parseDocuments } from '../policy/parse.ts';
import { decideInForce } from './in-force.ts';

const provider = (name: string): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {schema: openai, credential: {none: {}}}`;
const model = (target: string): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: m}\nspec: {targets: [{provider: ${target}}]}`;

function documents(...texts: string[]): readonly PolicyDocument[] {
  return parseDocuments(texts.join('\n---\n'), 'policy.yaml', '.').documents;
}

function targetsOf(state: ReturnType<typeof decideInForce>): (string | undefined)[] {
  return state.policy.gateways[0]?.routes.flatMap((route) => route.targets.map((target) => target.provider)) ?? [];
}

describe('decideInForce()', () => {
  const decide = (lastGood: Map<string, PolicyDocument>, ...texts: string[]) =>
    decideInForce(
      documents(...texts),
      lastGood,
      secretsOnly(() => ok('secret')),
    );

  it('keeps the last good version of a document that now refers to nothing, and says so', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    const state = decide(lastGood, provider('a'), model('typo'));
    expect(targetsOf(state)).toEqual(['a']);
    expect([...state.standIns.keys()]).toEqual(['Model/m']);
    expect(state.problems.map((problem) => problem.document)).toEqual(['Model/m']);
  });

  it.each([
    ['a Gateway that is not there', '{targetRef: {name: gone}, accessLog: {fields: full}}'],
    ['a key that is not there', '{anonymous: {key: gone}, accessLog: {fields: full}}'],
  ])('keeps a GatewayPolicy that now names %s', (_, written) => {
    const policy = (spec: string): string =>
      `apiVersion: sluice.dev/v1alpha1\nkind: GatewayPolicy\nmetadata: {name: p}\nspec: ${spec}`;
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, policy('{accessLog: {fields: full}}'));
    expect([...decide(lastGood, policy(written)).standIns.keys()]).toEqual(['GatewayPolicy/p']);
  });

  it('does not take what a document of the same name was before it was deleted', () => {
    const lastGood = new Map<string, PolicyDocument>();
    const decideMade = (createdAt: string, target: string) => {
      const made = documents(provider('a'), model(target)).map((each) => ({ ...each, createdAt }));
      return decideInForce(
        made,
        lastGood,
        secretsOnly(() => ok('secret')),
      );
    };
    decideMade('2026-01-01T00:00:00Z', 'a');
    expect(targetsOf(decideMade('2026-01-01T00:00:00Z', 'typo'))).toEqual(['a']);
    const { standIns } = decideMade('2026-01-01T00:00:01Z', 'typo');
    expect([...standIns]).toEqual([]);
    expect(lastGood.has('Model/m')).toBe(false);
  });

  it('takes the new version as soon as it is mended', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    decide(lastGood, provider('a'), model('typo'));
    const state = decide(lastGood, provider('a'), provider('b'), model('b'));
    expect(targetsOf(state)).toEqual(['b']);
    expect(state.standIns.size).toBe(0);
  });

  it('keeps what still works of a document whose provider is gone', () => {
    const lastGood = new Map<string, PolicyDocument>();
    const twice = model('a').replace('[{provider: a}]', '[{provider: a}, {provider: b, priority: 1}]');
    decide(lastGood, provider('a'), provider('b'), twice);
    const state = decide(lastGood, provider('b'), twice);
    expect(targetsOf(state)).toEqual(['b']);
    expect(state.standIns.size).toBe(0);
    expect(state.problems).toHaveLength(1);
  });

  it('forgets documents that were removed', () => {
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, provider('a'), model('a'));
    decide(lastGood, provider('a'));
    expect([...lastGood.keys()]).toEqual(['Provider/a']);
  });

  it('takes a route as it is written last, without the part that cannot be had', () => {
    const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}`;
    const route = (path: string, service: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: site}
spec:
  parentRefs: [{name: edge}]
  rules: [{matches: [{path: {value: ${path}}}], backendRefs: [{name: ${service}, port: 80}]}]`;
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: site}\nspec: {ports: [{port: 80}]}';
    const lastGood = new Map<string, PolicyDocument>();
    decide(lastGood, gateway, service, route('/old', 'site'));
    const state = decide(lastGood, gateway, service, route('/new', 'gone'));
    expect([...state.standIns.keys()]).toEqual([]);
    const [served] = state.policy.gateways[0]?.services.routes ?? [];
    expect(served).toMatchObject({ match: { path: { value: '/new' } }, action: { kind: 'fail' } });
  });
});
