import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { inCluster, inFolder, type PolicyPlace } from '../place.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const gateway = (name: string, namespace: string): string => `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

const policy = (name: string, namespace: string, spec = ''): string => `---
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: {maxBodySize: 1MiB${spec}}
`;

const grant = (namespace: string, from: string): string => `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: policies, namespace: ${namespace}}
spec:
  from: [{group: sluice.dev, kind: GatewayPolicy, namespace: ${from}}]
  to: [{group: gateway.networking.k8s.io, kind: Gateway}]
`;

/** Gateways for which a policy is in force, and what is said of policies. */
function build(text: string, place: PolicyPlace = inCluster) {
  const { documents, problems: wrong } = parseDocuments(text, 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, secretsOnly(), place);
  return {
    governed: gateways.filter(({ settings }) => settings.maxBodyBytes === 1_048_576).map(({ name }) => name),
    problems: problems.map(({ document, path, reason }) => [document, path, reason]),
  };
}

describe('a GatewayPolicy', () => {
  it('is for the Gateway of its namespace that it names, and for no other', () => {
    const two = gateway('edge', 'infra') + gateway('other', 'infra') + gateway('edge', 'team');
    const { governed, problems } = build(two + policy('p', 'infra', ', targetRef: {name: edge}'));
    expect(governed).toEqual(['infra/edge']);
    expect(problems).toEqual([]);
  });

  it('cannot name a Gateway of another namespace', () => {
    const { governed, problems } = build(gateway('edge', 'infra') + policy('p', 'team', ', targetRef: {name: edge}'));
    expect(governed).toEqual([]);
    expect(problems).toEqual([['GatewayPolicy/team/p', 'spec.targetRef.name', 'GatewayNotFound']]);
  });

  it.each([
    ['infra', 'infra'],
    ['default', 'default'],
  ])('without a target is for the only Gateway of its namespace, %s', (namespace) => {
    const text = gateway('default', namespace) + gateway('edge', 'elsewhere') + policy('p', namespace);
    expect(build(text).governed).toEqual([namespace === 'default' ? 'default' : `${namespace}/default`]);
  });

  it.each(['infra', 'default'])(
    'without a target is for the only Gateway there is, in %s, once that namespace permits it',
    (namespace) => {
      const text = gateway('default', namespace) + policy('p', 'team');
      const refused = [['GatewayPolicy/team/p', 'spec.targetRef', 'RefNotPermitted']];
      for (const place of [inCluster, inFolder]) {
        expect(build(text, place)).toEqual({ governed: [], problems: refused });
        expect(build(text + grant(namespace, 'elsewhere'), place).problems).toEqual(refused);
        expect(build(text + grant(namespace, 'team'), place)).toEqual({
          governed: [namespace === 'default' ? 'default' : `${namespace}/default`],
          problems: [],
        });
      }
    },
  );

  it('without a target is for none where its namespace has several', () => {
    const two = gateway('a', 'infra') + gateway('b', 'infra');
    const { governed, problems } = build(two + policy('p', 'infra'));
    expect(governed).toEqual([]);
    expect(problems).toEqual([['GatewayPolicy/infra/p', 'spec.targetRef', undefined]]);
  });

  it('of a folder without Gateways is for the one that nobody wrote, wherever it is', () => {
    expect(build(policy('p', 'team'), inFolder).governed).toEqual(['default']);
    expect(build(policy('p', 'team'), inCluster).problems).toEqual([
      ['GatewayPolicy/team/p', 'spec.targetRef', 'GatewayNotFound'],
    ]);
  });

  it('that is the second one for a Gateway is not in force, which is said', () => {
    const { governed, problems } = build(
      gateway('edge', 'infra') + policy('a', 'infra') + policy('b', 'infra').replace('1MiB', '2MiB'),
    );
    expect(governed).toEqual(['infra/edge']);
    expect(problems).toEqual([['GatewayPolicy/infra/b', 'spec.targetRef', 'Conflicted']]);
  });
});
