import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { goldenCases } from '../../../e2e/support/golden.ts';
import { err, ok } from '../../lib/result.ts';
import { parseDocuments } from '../../policy/parse.ts';
import { problemText } from '../../policy/testing/problem-text.ts';
import { buildModel } from './build.ts';
import { inCluster, inClusterOf, inFolder, type PolicyPlace } from './place.ts';
import { secretsOnly } from './testing/surroundings.ts';

const secrets: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: 'openai-secret',
  ANTHROPIC_API_KEY: 'anthropic-secret',
  TEAM_OPENAI_KEY: 'team-secret',
  LONG_ENOUGH_KEY: 'a-key-of-many-characters',
  SHORT_KEY: 'short',
  INTERNAL_CA: 'ca',
  CLIENT_CERT: 'certificate',
  CLIENT_KEY: 'key',
  REDACTION_SECRET: 'a-redaction-secret-of-32-or-more-characters',
};

const surroundings = secretsOnly((source) => {
  const value = 'env' in source ? secrets[source.env] : undefined;
  if (value !== undefined) return ok(value);
  return err('env' in source ? `environment variable ${source.env} is not set` : 'only variables here');
});

function build(text: string, source: string) {
  const { documents, barriers, problems } = parseDocuments(text, source, '.', { now: 0 });
  const wrong = problems.filter(({ severity }) => severity === 'error').map(({ document }) => document);
  expect([...new Set(wrong)]).toEqual(barriers.map(({ id }) => id));
  return buildModel([...documents, ...barriers], surroundings);
}

describe('buildModel()', () => {
  goldenCases(`${import.meta.dirname}/testdata`, '.policy.yaml', '.model.yaml', (text) => {
    const { gateways, problems } = build(text, 'policy.yaml');
    const shown = gateways.map((gateway) => ({
      ...gateway,
      secrets: gateway.secrets.map(({ name, kind }) => ({ name, kind })),
    }));
    return stringify(
      { problems: problems.map(problemText), gateways: shown },
      { lineWidth: 120, aliasDuplicateObjects: false },
    );
  });

  it('hands out the same objects for unchanged documents, so that nothing of them is done again', () => {
    const text = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: small}
spec: {targets: [{provider: openai}]}
`;
    const { documents } = parseDocuments(text, 'policy.yaml', '.');
    const [first] = buildModel(documents, surroundings).gateways;
    const [second] = buildModel(documents, surroundings).gateways;
    expect(second?.providers[0]).toBe(first?.providers[0]);
    expect(second?.routes[0]).toBe(first?.routes[0]);
    const [alone] = buildModel(
      documents.filter((document) => document.kind === 'Model'),
      surroundings,
    ).gateways;
    expect(alone?.routes[0]?.targets).toEqual([]);
  });

  it('gives the same model whatever the order of the documents', () => {
    const text = ['b', 'a', 'c']
      .map(
        (name) =>
          `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {schema: openai, credential: {none: {}}}`,
      )
      .join('\n---\n');
    const { documents } = parseDocuments(text, 'policy.yaml', '.');
    const names = (list: typeof documents) =>
      buildModel(list, surroundings).gateways[0]?.providers.map((each) => each.name);
    expect(names(documents)).toEqual(['a', 'b', 'c']);
    expect(names([...documents].reverse())).toEqual(['a', 'b', 'c']);
  });

  it('never puts a secret anywhere but into the list of secrets', () => {
    const text = `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {apiKey: {env: OPENAI_API_KEY}}}
`;
    const { gateways } = build(text, 'policy.yaml');
    const everythingElse = gateways.map(({ secrets: _, ...rest }) => rest);
    expect(JSON.stringify(gateways)).toContain('openai-secret');
    expect(JSON.stringify(everythingElse)).not.toContain('openai-secret');
  });

  it('makes in a cluster only what was asked for, on ports that need no privilege', () => {
    expect(buildModel([], surroundings, inCluster).gateways).toEqual([]);
    const text = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  addresses: [{value: 192.0.2.1}]
  listeners: [{name: http, port: 80, protocol: HTTP}, {name: other, port: 8080, protocol: HTTP}]
`;
    const { documents } = parseDocuments(text, 'policy.yaml', '.');
    const bound = (place: PolicyPlace) =>
      buildModel(documents, surroundings, place).gateways[0]?.listeners.map(
        ({ address, port }) => `${address}:${port}`,
      );
    expect(bound(inCluster)).toEqual(['0.0.0.0:10080', '0.0.0.0:8080']);
    expect(bound(inClusterOf({ ipv4: false, ipv6: true }))).toEqual([':::10080', ':::8080']);
    expect(bound(inFolder)).toEqual(['192.0.2.1:80', '192.0.2.1:8080']);
  });
});
