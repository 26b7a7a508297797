import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
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

const aiRoute = (matches: string): string => `${oneBackend}
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: it}
spec: {parentRefs: [{name: edge}], rules: [{matches: ${matches}, backendRefs: [{name: a}]}]}
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

describe('models and providers of a scope', () => {
  const second = own('Provider', 'second', '{schema: openai, credential: {none: {}}}');
  const open = own('Provider', 'open', '{schema: openai, credential: {none: {}}, passthrough: {paths: [/v1/files]}}');
  const chained = own(
    'ApiKey',
    'chained',
    `{hash: ${hash(7)}, routing: {chains: [{models: [small], targets: [{provider: second}]}]}}`,
  );
  const never =
    'spec.scope no chain of these models leads to a Provider that it names — check both; a request has to match every part';
  const nobody = 'spec.scope.providers names no Provider that a chain leads to — add it to the targets of a model';

  it.each<[string, string, readonly string[], readonly string[]]>([
    ['a model that has the provider', '{models: [small], providers: [openai]}', [], []],
    ['a pattern for one', '{models: ["sm*"], providers: ["o*"]}', [], []],
    ['a model that has another one', '{models: [small], providers: [second]}', [], [never]],
    ['all models, of which none has it', '{providers: [second]}', [], [nobody]],
    ['every model by a pattern', '{models: ["*"], providers: [second]}', [], [nobody]],
    ['one of several providers', '{models: [small], providers: [second, openai]}', [], []],
    ['a model that a key asks elsewhere', '{models: [small], providers: [second]}', [chained], []],
    [
      'a model that is not there, which is said once',
      '{models: [gone], providers: [second]}',
      [],
      [noModel('spec.scope.models[0]', 'gone')],
    ],
    ['what is passed through as it is', '{providers: [open]}', [], []],
    ['models, which are never passed through', '{models: [small], providers: [open]}', [], [never]],
  ])('are said where they never meet: %s', (_, scope, more, said) => {
    expect(warningsOf(provider, second, open, model('small'), ...more, limit(scope))).toEqual(said);
  });

  it('may meet by a rule that takes whatever name a caller writes, and by a chain for every model', () => {
    const there = limit('{models: [small], providers: [a]}');
    expect(warningsOf(provider, model('small'), there, aiRoute(named('sma.*', 'RegularExpression')))).toEqual([]);
    expect(warningsOf(provider, model('small'), there, aiRoute(named('other')))).toEqual([never]);
  });

  it('are not judged by what lacks its secret: it says so itself', () => {
    const lacking = own('Provider', 'lacking', '{schema: openai, credential: {apiKey: {env: GONE}}}');
    const asked = own('Model', 'asked', '{targets: [{provider: lacking}]}');
    const text = [lacking, asked, limit('{models: [asked], providers: [lacking]}')].join('---\n');
    const problems = buildModel(
      parseDocuments(text, 'p', '.').documents,
      secretsOnly(() => ({ ok: false, error: 'is not there' })),
    ).problems;
    expect(problems.filter(({ document }) => document === 'Limit/it')).toEqual([]);
  });
});

describe('providers of a price catalogue', () => {
  const listed = (...providers: string[]): string =>
    own(
      'PriceCatalogue',
      'all',
      `{prices: [${providers.map((name, n) => `{provider: ${name}, model: m${n}, pricing: {input: 1}}`).join()}]}`,
    );

  it('are Providers, or services that are known by name, whether anybody asks them or not', () => {
    expect(
      warningsOf(
        own('Provider', 'house', '{schema: openai, credential: {none: {}}}'),
        listed('house', 'anthropic', 'openai'),
      ),
    ).toEqual([]);
  });

  it('are said once where they are neither', () => {
    const said = (which: string, at: number) =>
      `spec.prices[${at}].provider ${which} neither a Provider nor a service that is known by name — check the name; nobody has these prices`;
    expect(warningsOf(provider, listed('openai', 'opnai', 'opnai'))).toEqual([said('"opnai" is', 1)]);
    expect(warningsOf(provider, listed('team-a/openai', 'opnai'))).toEqual([said('"team-a/openai", "opnai" are', 0)]);
    expect(warningsOf(provider, listed('a', 'b', 'c', 'd', 'e'))).toEqual([said('"a", "b", "c" and 2 more are', 0)]);
  });
});

describe('a quota of a backend as a whole', () => {
  const quota = `apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: QuotaPolicy
metadata: {name: of-backend}
spec:
  targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: a}]
  serviceQuota: {quota: {limit: 10, duration: 1h}}
`;

  it('is for nothing where no rule leads there', () => {
    expect(warningsOf(aiRoute(named('small')), quota)).toEqual([]);
    expect(warningsOf(oneBackend, quota)).toEqual([
      'spec.serviceQuota no rule leads to a — check the target; the quota is for nothing',
    ]);
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
