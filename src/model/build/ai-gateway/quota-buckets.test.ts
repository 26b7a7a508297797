import { expect, it } from 'vitest';
import { type Bucket, bucketsOf, refuseOverlap } from './quota-buckets.ts';

type Header = Bucket['clientSelectors'][number]['headers'][number];

const quota = { limit: 1, duration: 'Second' as const };
const exact = (name: string, value: string): Header => ({ type: 'Exact', name, value });
const each = (name: string): Header => ({ type: 'Distinct', name });
/** A bucket for requests with all of these headers, in a selector for each. */
const rule = (...headers: readonly Header[]) => ({
  clientSelectors: headers.map((header) => ({ headers: [header] })),
  quota,
  shadowMode: false,
});

function overlapOf(bucketRules: readonly ReturnType<typeof rule>[], defaultBucket?: typeof quota) {
  return refuseOverlap(bucketsOf({ mode: 'Shared', bucketRules, ...(defaultBucket && { defaultBucket }) }));
}

const [free, paid] = [exact('x-tier', 'free'), exact('x-tier', 'paid')];

it.each([
  ['one alone', [rule()]],
  ['different values of a header', [rule(free), rule(paid)]],
  ['different values of a header, and more', [rule(each('x-user'), free), rule(exact('x-team', 'red'), paid)]],
  ['different models', [rule(exact('x-ai-eg-model', 'a')), rule(exact('x-ai-eg-model', 'b'))]],
])('lets each bucket stand for itself: %s', (_, rules) => {
  expect(overlapOf(rules)).toBeUndefined();
});

it.each([
  ['no selectors', [rule(free), rule()]],
  ['the same value', [rule(free), rule(free)]],
  ['different headers', [rule(free), rule(exact('x-team', 'red'))]],
  ['a value, and each value', [rule(free), rule(each('x-tier'))]],
  ['each value, and a value', [rule(each('x-tier')), rule(free)]],
])('refuses what may be for the same requests: %s', (_, rules) => {
  expect(overlapOf(rules)).toMatchObject({
    path: '.quota.bucketRules[1]',
    refusal: expect.stringMatching(/^bucketRules\[0\] /),
  });
});

it('names the pair that overlaps, of many', () => {
  const red = exact('x-team', 'red');
  expect(overlapOf([rule(free), rule(paid), rule(exact('x-tier', 'trial')), rule(paid, red)])).toMatchObject({
    path: '.quota.bucketRules[3]',
    refusal: expect.stringMatching(/^bucketRules\[1\] /),
  });
});

it('refuses any besides the one that is for all', () => {
  expect(overlapOf([], quota)).toBeUndefined();
  expect(overlapOf([rule(free)], quota)).toMatchObject({
    path: '.quota.bucketRules[0]',
    refusal: expect.stringMatching(/^defaultBucket /),
  });
});
