import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{urlRewrite: {hostname: {type: Backend}}}',
    'error spec.urlRewrite is not served: write the filter URLRewrite of an HTTPRoute — remove it',
  ],
  [
    '{directResponse: {statusCode: 404}}',
    'error spec.directResponse is not served: answers come from backends — remove it',
  ],
  [
    '{credentialInjection: {}}',
    'error spec.credentialInjection is not served: write a BackendSecurityPolicy — remove it',
  ],
];

describe('HTTPRouteFilter', () => {
  it('can be empty', () => {
    expect(specOf('HTTPRouteFilter', '{}')).toEqual({});
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('HTTPRouteFilter', spec)).toEqual(problems);
  });
});
