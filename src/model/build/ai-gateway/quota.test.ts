import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const frame = `${oneBackend}apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: QuotaPolicy
metadata: {name: q}
spec:
  targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: a}]
`;

/** Limits of the backend, and what is said of its quotas, where one rule leads to it. */
function build(quotas: string, rule: string) {
  const route = `---\napiVersion: aigateway.envoyproxy.io/v1beta1\nkind: AIGatewayRoute\nmetadata: {name: r}\nspec: {rules: [${rule}]}\n`;
  const { documents, problems: wrong } = parseDocuments(`${frame}  ${quotas}\n${route}`, 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, secretsOnly());
  return {
    limits: gateways[0]?.limits ?? [],
    said: problems.flatMap(({ document, path, message }) =>
      document === 'QuotaPolicy/q' ? [`${path} ${message}`] : [],
    ),
    conflicts: problems.flatMap(({ document, reason, message }) =>
      reason === 'Conflicted' ? [`${document} ${message}`] : [],
    ),
  };
}

const ofModel = (name: string, quota: string): string => `perModelQuotas: [{modelName: ${name}, quota: {${quota}}}]`;
const whole = 'defaultBucket: {limit: 9, duration: 1m}';
const model = (value: string, type = 'Exact'): string =>
  `{matches: [{headers: [{name: x-ai-eg-model, value: "${value}", type: ${type}}]}], backendRefs: [{name: a}]}`;

describe('a quota of one model', () => {
  it.each([
    ['the model by the name that callers use', model('m')],
    ['that name alone where callers use any of a pattern', model('m.*', 'RegularExpression')],
    ['that name alone where callers use any name', '{backendRefs: [{name: a}]}'],
  ])('counts %s', (_, rule) => {
    const { limits, said } = build(ofModel('m', whole), rule);
    expect(said).toEqual([]);
    expect(limits).toMatchObject([{ amount: 9, scope: { models: ['m'], providers: ['a'] } }]);
  });

  it('cannot be kept where a reference puts it in the place of whatever callers name', () => {
    const { limits, said } = build(ofModel('m', whole), '{backendRefs: [{name: a, modelNameOverride: m}]}');
    expect(said).toEqual([expect.stringMatching(/^spec\.perModelQuotas\[0\]\.modelName .*does not name its models/)]);
    expect(limits.filter(({ amount }) => amount === 9)).toEqual([]);
  });

  it('with a bucket for callers whom no limit can tell apart lets none of them through', () => {
    const selector = '{headers: [{name: x-team, value: "red*"}]}';
    const buckets = `bucketRules: [{clientSelectors: [${selector}], quota: {limit: 9, duration: 1m}}]`;
    const { limits, said } = build(ofModel('m', buckets), model('m'));
    expect(said).toEqual([expect.stringMatching(/bucketRules\[0\].* an asterisk stands for any text here/)]);
    expect(limits).toMatchObject([{ name: 'QuotaPolicy/q/a/m', unit: 'unkept' }]);
  });
});

describe('two policies of one backend', () => {
  const twoModels = `${model('m')}, ${model('n')}`;
  const second = (quotas: string): string =>
    `---
apiVersion: aigateway.envoyproxy.io/v1alpha1
kind: QuotaPolicy
metadata: {name: r}
spec:
  targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: a}]
  ${quotas}`;

  it('are both in force where they speak of different models', () => {
    const { limits, said } = build(`${ofModel('m', whole)}\n${second(ofModel('n', whole))}`, twoModels);
    expect(said).toEqual([]);
    expect(limits.map(({ name }) => name)).toEqual(['QuotaPolicy/q/a/m', 'QuotaPolicy/r/a/n']);
  });

  const other = `{modelName: n, quota: {${whole}}}`;
  const service = 'serviceQuota: {quota: {limit: 9, duration: 1m}}';
  it.each([
    ['model m', ofModel('m', whole), `perModelQuotas: [${other}, {modelName: m, quota: {${whole}}}]`],
    ['serviceQuota', service, `${service}\n  perModelQuotas: [${other}]`],
  ])('that both speak of %s are not: nothing of the second is counted, and it says why', (part, first, overlapping) => {
    const { limits, conflicts } = build(`${first}\n${second(overlapping)}`, twoModels);
    expect(limits.map(({ origins }) => origins)).toEqual([['QuotaPolicy/q']]);
    expect(conflicts).toEqual([`QuotaPolicy/r QuotaPolicy/q is for the same ${part} of the AIServiceBackend`]);
  });
});

it.each([
  ['1d', { kind: 'rolling', lengthMs: 86_400_000 }],
  ['1w', { kind: 'rolling', lengthMs: 604_800_000 }],
  ['1mo', { kind: 'calendar', unit: 'month', timeZone: 'UTC' }],
  ['1y', { kind: 'calendar', unit: 'year', timeZone: 'UTC' }],
])('counts within %s as a limit of a BackendTrafficPolicy does', (duration, window) => {
  const { limits, said } = build(ofModel('m', `defaultBucket: {limit: 9, duration: ${duration}}`), model('m'));
  expect(said).toEqual([]);
  expect(limits).toMatchObject([{ amount: 9, window }]);
});
