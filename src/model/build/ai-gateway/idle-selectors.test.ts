import { describe, expect, it } from 'vitest';
import type { ClientSelector } from '../../../policy/envoy-gateway/client-selector.ts';
import type { AiRouteDocument, BackendTrafficDocument } from '../documents.ts';
import { warnOfIdleLimits } from './idle-selectors.ts';

const exact = (name: string, value: string) => ({ type: 'Exact', name, value }) as const;
const model = (value: string) => exact('x-ai-eg-model', value);
const pattern = (name: string, value: string) => ({ type: 'RegularExpression', name, value }) as const;
type Header = ReturnType<typeof exact> | ReturnType<typeof pattern>;

/** What is said of one limit with these selectors on routes that have one rule each, of these matches. */
function said(routes: readonly (readonly (readonly Header[])[])[], ...selectors: ClientSelector['headers'][]) {
  const warnings: string[] = [];
  const rules = [{ clientSelectors: selectors.map((headers) => ({ headers })) }];
  const policy = { spec: { rateLimit: { global: { rules } } } } as unknown as BackendTrafficDocument;
  const limited = routes.map((matches) => {
    const spec = { rules: [{ matches: matches.map((headers) => ({ headers })) }] };
    const route = { spec } as unknown as AiRouteDocument;
    return { policy, route, name: 'r', rules: route.spec.rules, costs: new Map() };
  });
  warnOfIdleLimits(limited, { warn: (_, path, message) => warnings.push(`${path.slice(46)} ${message}`) });
  return warnings;
}

const noModel = (at: string, name: string) => `${at}.value "${name}" is no model of the routes that the policy is for`;
const noRule = (at: string, name: string) =>
  `${at}.value no rule of the routes that the policy is for is met by requests with this ${name}`;

describe('warnOfIdleLimits()', () => {
  it.each<[string, Parameters<typeof said>, readonly string[]]>([
    ['a model of the route', [[[[model('a')]]], [model('a')]], []],
    ['a model of another of its routes', [[[[model('a')]], [[model('b')]]], [model('b')]], []],
    [
      'a model that none of them has',
      [[[[model('a')]], [[model('b')]]], [model('c')]],
      [noModel('[0].headers[0]', 'c')],
    ],
    ['whatever a pattern may match', [[[[pattern('x-ai-eg-model', 'gpt-.*')]]], [model('gpt-5')]], []],
    ['what a rule without a model leaves open', [[[[exact('x-a', '1')]]], [model('a')]], []],
    ['each value of a header', [[[[exact('x-a', '1')]]], [{ type: 'Distinct', name: 'x-a' }]], []],
    ['a header that no rule asks for', [[[[model('a')]]], [exact('x-a', '1')]], []],
    [
      'a header with a value that rules exclude',
      [[[[exact('x-a', '1')]]], [exact('x-a', '2')]],
      [noRule('[0].headers[0]', 'x-a')],
    ],
    ['a header that a pattern may match', [[[[pattern('x-a', '[0-9]')]]], [exact('x-a', '2')]], []],
    [
      'a model and a header of two rules',
      [[[[model('a'), exact('x-a', '1')]], [[model('b'), exact('x-a', '2')]]], [model('a')], [exact('x-a', '2')]],
      [noRule('[1].headers[0]', 'x-a')],
    ],
    ['an asterisk, which is refused elsewhere', [[[[model('a')]]], [model('b*')]], []],
  ])('knows whether a limit counts %s', (_, given, warnings) => {
    expect(said(...given)).toEqual(warnings);
  });
});
