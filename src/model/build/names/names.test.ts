import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';
import { indexByName } from './name-index.ts';

const own = (kind: string, name: string, spec: string, metadata = ''): string =>
  `apiVersion: sluice.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}${metadata}}\nspec: ${spec}\n`;

const provider = own('Provider', 'openai', '{schema: openai, credential: {none: {}}}');
const model = (name: string, more = ''): string =>
  own('Model', name, `{aliases: [${name}-latest], targets: [{provider: openai}]${more}}`);
const hash = (digit: number): string => `"sha256:${String(digit).repeat(64)}"`;
const key = (spec: string, name = 'mine', digit = 1, metadata = ''): string =>
  own('ApiKey', name, `{hash: ${hash(digit)}, ${spec}}`, metadata);
const limit = (scope: string): string => own('Limit', 'it', `{requests: 1, window: 1m, scope: ${scope}}`);

const backend = `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: there}
spec: {endpoints: [{ip: {address: 10.0.0.1, port: 80}}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: there}
spec: {schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: there}}
`;
const aiRoute = (matches: string): string => `${backend}---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: it}
spec: {parentRefs: [{name: edge}], rules: [{matches: ${matches}, backendRefs: [{name: there}]}]}
`;
const named = (value: string, type = 'Exact'): string =>
  `[{headers: [{name: x-ai-eg-model, type: ${type}, value: "${value}"}]}]`;

function warningsOf(...texts: string[]): readonly string[] {
  const { documents, problems } = parseDocuments(texts.join('---\n'), 'policy.yaml', '.');
  expect(problems).toEqual([]);
  return buildModel(documents, secretsOnly()).problems.map(({ severity, path, message, remedy }) => {
    expect(severity).toBe('warning');
    return `${path} ${message} — ${remedy}`;
  });
}

const noModel = (path: string, name: string): string =>
  `${path} "${name}" matches no Model — check the name, or add that Model`;

describe('models that a key names', () => {
  it('are said where no Model has the name, in each of the lists', () => {
    const chains = '[{models: [small, gone-c], targets: [{provider: openai}]}]';
    const spec = `models: {allow: [small, gone-a, "gone-*", "sm*"], deny: [gone-b]}, routing: {chains: ${chains}}`;
    expect(warningsOf(provider, model('small'), key(spec))).toEqual([
      noModel('spec.models.allow[1]', 'gone-a'),
      noModel('spec.models.allow[2]', 'gone-*'),
      noModel('spec.models.deny[0]', 'gone-b'),
      noModel('spec.routing.chains[0].models[1]', 'gone-c'),
    ]);
  });

  it('are not looked at where a list means every model, or is not used', () => {
    const chains = '[{models: [gone], targets: [{provider: openai}]}]';
    expect(
      warningsOf(provider, key(`models: {allow: [gone, "*"]}, routing: {active: false, chains: ${chains}}`)),
    ).toEqual([]);
  });

  it('may be switched off: whoever names such a model has written nothing wrong', () => {
    expect(warningsOf(provider, model('small', ', enabled: false'), key('models: {allow: [small]}'))).toEqual([]);
  });

  it('go by their names: what is denied by an alias is not denied', () => {
    expect(warningsOf(provider, model('small'), key('models: {deny: [small-latest]}'))).toEqual([
      'spec.models.deny[0] "small-latest" is an alias, and a model goes by its name here — write "small"',
    ]);
    const opened = aiRoute('[]');
    expect(warningsOf(provider, model('small'), opened, key('models: {deny: [small-latest, any]}'))).toHaveLength(1);
  });

  it('may be the right to what a provider passes through, for keys and not for scopes', () => {
    const open = own(
      'Provider',
      'files',
      '{schema: openai, credential: {none: {}}, passthrough: {paths: [/v1/files]}}',
    );
    expect(warningsOf(open, key('models: {allow: [files/passthrough], deny: ["files/*"]}'))).toEqual([]);
    expect(warningsOf(open, limit('{models: [files/passthrough]}'))).toHaveLength(1);
    expect(warningsOf(provider, key('models: {allow: [openai/passthrough]}'))).toEqual([
      noModel('spec.models.allow[0]', 'openai/passthrough'),
    ]);
  });

  it('may be those of an AIGatewayRoute', () => {
    const route = aiRoute(named('small'));
    expect(warningsOf(route, key('models: {allow: [small]}'))).toEqual([]);
    expect(warningsOf(route, key('models: {allow: [large]}'))).toEqual([noModel('spec.models.allow[0]', 'large')]);
  });

  it.each([
    ['every name', '[]'],
    ['every name of some callers', '[{headers: [{name: x-team, value: a}]}]'],
    ['what a pattern matches', named('gpt-.*', 'RegularExpression')],
  ])('may be any where a route takes %s', (_, matches) => {
    const route = aiRoute(matches);
    expect(warningsOf(route, key('models: {allow: [gone]}'), limit('{models: [gone]}'))).toEqual([]);
  });
});

describe('what a scope names', () => {
  const keys = [
    key('owner: {user: ann, team: red}', 'ann', 1, ', labels: {stage: test, example.com/tier: gold}'),
    key('owner: {user: bob, team: blue, project: x}', 'bob', 2),
  ];

  it('is silent where every part is somebody’s', () => {
    const scope =
      '{keys: [ann], users: ["a*"], teams: [red, blue], labels: {stage: [test], example.com/tier: ["g*", "*"]}}';
    expect(warningsOf(...keys, limit(scope))).toEqual([]);
    expect(warningsOf(...keys, limit('{projects: [x]}'))).toEqual([]);
    expect(warningsOf(...keys, limit('{headers: {x-app: [anything]}}'))).toEqual([]);
  });

  it('is said part by part', () => {
    const scope =
      '{keys: [gone, ann], users: [gone], teams: ["gr*"], projects: [gone], models: [gone], providers: [gone], labels: {stage: [gone], example.com/tier: [gone]}}';
    expect(warningsOf(...keys, limit(scope))).toEqual([
      'spec.scope.keys[0] "gone" matches no ApiKey — check the name, or add that ApiKey',
      'spec.scope.users[0] "gone" matches the user of no ApiKey — check the name, or say it in spec.owner.user of an ApiKey',
      'spec.scope.teams[0] "gr*" matches the team of no ApiKey — check the name, or say it in spec.owner.team of an ApiKey',
      'spec.scope.projects[0] "gone" matches the project of no ApiKey — check the name, or say it in spec.owner.project of an ApiKey',
      'spec.scope.labels.stage[0] "gone" matches the label stage of no ApiKey — check label and value, or give an ApiKey that label',
      'spec.scope.labels["example.com/tier"][0] "gone" matches the label example.com/tier of no ApiKey — check label and value, or give an ApiKey that label',
      noModel('spec.scope.models[0]', 'gone'),
      'spec.scope.providers[0] "gone" matches no Provider — check the name, or add that Provider',
    ]);
  });

  it('has to be found in one key: parts of different ones match no request', () => {
    expect(warningsOf(...keys, limit('{keys: [ann], teams: [blue]}'))).toEqual([
      'spec.scope no ApiKey matches keys and teams together — check them; a request has to match every part',
    ]);
    expect(warningsOf(...keys, limit('{users: ["*"], teams: [blue], labels: {stage: [test]}}'))).toEqual([
      'spec.scope no ApiKey matches users, teams and labels stage together — check them; a request has to match every part',
    ]);
    // What some do not have is not matched by a pattern for every value either.
    expect(warningsOf(...keys, limit('{users: [ann], projects: ["*"]}'))).toHaveLength(1);
    expect(warningsOf(...keys, limit('{users: [ann, bob], projects: ["*"]}'))).toEqual([]);
  });

  it('counts documents that lack their secret: they say so themselves', () => {
    const lacking = own('ApiKey', 'lacking', '{secretRef: {env: GONE}, owner: {team: red}}');
    const { documents } = parseDocuments([lacking, limit('{keys: [lacking], teams: [red]}')].join('---\n'), 'p', '.');
    const problems = buildModel(
      documents,
      secretsOnly(() => ({ ok: false, error: 'is not there' })),
    ).problems;
    expect(problems.map(({ document }) => document)).toEqual(['ApiKey/lacking']);
  });
});

describe('the look at names', () => {
  it('asks about each rule a few keys, however many there are', () => {
    const count = 2_000;
    let asked = 0;
    const all = Array.from({ length: count }, (_, index) => ({ user: `u${index}`, team: 'all' }));
    const index = (part: 'user' | 'team') =>
      indexByName(all, (each) => {
        asked += 1;
        return each[part];
      });
    const [users, teams] = [index('user'), index('team')];
    for (const each of all) {
      expect(users.named(each.user)).toEqual([each]);
      expect(teams.named('a*')).toHaveLength(count);
      expect(users.isNamed(each, 'u*') && teams.isNamed(each, 'a*')).toBe(true);
    }
    expect(asked).toBeLessThanOrEqual(4 * count);
  });
});
