import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}]}',
    'error spec.targetRefs[0].kind Gateway is nothing that this policy can be for — write AIServiceBackend',
  ],
  [
    '{serviceQuota: {quota: {limit: 1}}}',
    'error spec.serviceQuota.quota.duration is missing — add duration: the window',
  ],
  [
    '{serviceQuota: {quota: {limit: -1, duration: 1h}}}',
    'error spec.serviceQuota.quota.limit -1 is less than 0 — write a whole number from 0 to 4294967295',
  ],
  [
    '{serviceQuota: {quota: {limit: 1, duration: 2h}}}',
    'error spec.serviceQuota.quota.duration "2h" is not a window — write 1s, 1m, 1h, 1d, 1w, 1mo or 1y',
  ],
  [
    '{serviceQuota: {monetaryQuota: {amount: 1, currency: USD, unit: MicroDollar, duration: 1h}}}',
    'error spec.serviceQuota.monetaryQuota is not served: quotas are counted in tokens; money is what a Budget is for — remove it',
  ],
  [
    '{perModelQuotas: [{quota: {mode: Shared}}]}',
    'error spec.perModelQuotas[0].modelName is missing — add modelName: the backend’s own name of a model: as in modelNameOverride, or without one as callers name it',
  ],
  ['{perModelQuotas: [{modelName: a}]}', 'error spec.perModelQuotas[0].quota is missing — add quota: its quota'],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Exclusive}}]}',
    'error spec.perModelQuotas[0].quota.mode Exclusive is not served: every bucket that matches is charged — write Shared',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: shared}}]}',
    'error spec.perModelQuotas[0].quota.mode "shared" is not a possible value — write Shared',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Shared}}, {modelName: a, quota: {mode: Shared}}]}',
    'error spec.perModelQuotas[1].modelName a stands here twice — remove one of them',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Shared, bucketRules: [{clientSelectors: [{headers: [{name: a}]}], quota: {limit: 1, duration: 1m}}]}}]}',
    'error spec.perModelQuotas[0].quota.bucketRules[0].clientSelectors[0].headers[0].value is missing: type is Exact — add value, or write type: Distinct',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Shared, bucketRules: [{clientSelectors: [{headers: [{name: a, value: b, type: Distinct}]}], quota: {limit: 1, duration: 1m}}]}}]}',
    'error spec.perModelQuotas[0].quota.bucketRules[0].clientSelectors[0].headers[0].value is given, but type is Distinct — remove it, or write type: Exact',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Shared, bucketRules: [{clientSelectors: [{headers: [{name: a, value: b, type: RegularExpression}]}], quota: {limit: 1, duration: 1m}}]}}]}',
    'error spec.perModelQuotas[0].quota.bucketRules[0].clientSelectors[0].headers[0].type RegularExpression is not served: counters are found by values, not by patterns — write Exact or Distinct',
  ],
  [
    '{perModelQuotas: [{modelName: a, quota: {mode: Shared, bucketRules: [{clientSelectors: [{path: {value: /a}}], quota: {limit: 1, duration: 1m}}]}}]}',
    'error spec.perModelQuotas[0].quota.bucketRules[0].clientSelectors[0].path is not served: callers are told apart by headers; a Limit of sluice.dev knows keys, users, teams and models — remove it',
  ],
  [
    '{costTransparency: {enabled: true}}',
    'error spec.costTransparency is not served: callers are not told what they cost — remove it',
  ],
];

describe('QuotaPolicy', () => {
  it('has windows by the names that limits have', () => {
    expect(
      specOf('QuotaPolicy', '{perModelQuotas: [{modelName: a, quota: {defaultBucket: {limit: 5, duration: 1d}}}]}'),
    ).toEqual({
      targetRefs: [],
      perModelQuotas: [
        {
          modelName: 'a',
          quota: { mode: 'Shared', defaultBucket: { limit: 5, duration: 'Day' }, bucketRules: [] },
        },
      ],
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('QuotaPolicy', spec)).toEqual(problems);
  });
});
