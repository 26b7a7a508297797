import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../lib/result.ts';
import { parseDocuments } from '../../../policy/parse.ts';
import { problemText } from '../../../policy/testing/problem-text.ts';
import { buildModel } from '../build.ts';
import type { Surroundings } from '../surroundings.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const surroundings: Surroundings = {
  ...secretsOnly(),
  resolve: (source, { folder }) =>
    'file' in source && source.file === 'tenant.lua' ? ok(`-- of ${folder}`) : err('nothing of that name'),
};

function build(text: string) {
  const { documents } = parseDocuments(text, 'policy.yaml', '/policy');
  const { gateways, problems } = buildModel(documents, surroundings);
  const [gateway] = gateways;
  return {
    choice: gateway?.listeners.map(({ filters }) => filters),
    filters: gateway?.filters,
    problems: problems.map(problemText),
  };
}

const policy = (namespace: string, extension: string): string => `
apiVersion: sluice.dev/v1alpha1
kind: GatewayPolicy
metadata: {name: mine, namespace: ${namespace}}
spec: {extensions: [${extension}]}
`;

const gateway = `
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: platform}
spec: {listeners: [{name: http, port: 10080, protocol: HTTP}]}
`;

const grant = `
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: code, namespace: platform}
spec:
  from: [{group: sluice.dev, kind: GatewayPolicy, namespace: team}]
  to: [{group: gateway.networking.k8s.io, kind: Gateway}]
`;

describe('extensions of a GatewayPolicy', () => {
  it('stand in front of a folder that has no Gateway, with scripts out of its files', () => {
    expect(build(policy('default', '{lua: {file: tenant.lua}}'))).toEqual({
      choice: [{ listed: ['GatewayPolicy/mine/extensions/00/lua'] }],
      filters: [
        {
          kind: 'lua',
          name: 'GatewayPolicy/mine/extensions/00/lua',
          isListed: true,
          script: '-- of /policy',
          isOptional: false,
          origins: ['GatewayPolicy/mine'],
        },
      ],
      problems: [],
    });
  });

  it('close a gateway whose script is not there', () => {
    expect(build(policy('default', '{lua: {file: gone.lua}}'))).toEqual({
      choice: [{ listed: 'unusable' }],
      filters: undefined,
      problems: [
        'policy.yaml:2: GatewayPolicy/mine: spec.extensions[0].lua.file nothing of that name — provide it, or change where the document looks for it',
      ],
    });
  });

  it('do nothing to the Gateway of another namespace that does not permit them, and something to one that does', () => {
    const foreign = policy('team', '{lua: {file: tenant.lua}}') + gateway;
    expect(build(foreign)).toEqual({
      choice: [undefined],
      filters: undefined,
      problems: [
        'policy.yaml:2: GatewayPolicy/team/mine: spec.targetRef Gateway "edge" is in namespace "platform", which does not permit it — add a ReferenceGrant to namespace platform',
      ],
    });
    expect(build(foreign + grant)).toMatchObject({
      choice: [{ listed: ['GatewayPolicy/team/mine/extensions/00/lua'] }],
      problems: [],
    });
  });
});
