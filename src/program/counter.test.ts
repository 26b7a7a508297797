import { describe, expect, it } from 'vitest';
import { compileCounter } from './counter.ts';
import { factsOf } from './testing/facts.ts';

describe('compileCounter()', () => {
  const request = factsOf({
    key: 'checkout',
    user: 'ana@example.com',
    team: 'payments',
    project: 'shop',
    route: 'public',
    model: 'openai/gpt-4o',
    providers: ['vllm', 'openai'],
    headers: { 'x-tenant': 'a&key=b c*' },
  });

  it.each([
    [[], ''],
    [['key', 'model'], 'key=checkout&model=openai/gpt-4o'],
    [['provider'], 'provider=vllm'],
    [['user'], 'user=ana@example.com'],
    [['team'], 'team=payments'],
    [['project'], 'project=shop'],
    [['route'], 'route=public'],
    [
      ['team', 'header:x-tenant', 'key', 'user'],
      'team=payments&header:x-tenant=a%26key%3Db%20c%2A&key=checkout&user=ana@example.com',
    ],
    [['header:x-tenant'], 'header:x-tenant=a%26key%3Db%20c%2A'],
    [['header:x-absent'], 'header:x-absent='],
  ])('names a counter by %j', (per, expected) => {
    expect(compileCounter(per)?.keyOf(request)).toBe(expected);
  });

  it('has one counter for all who have no such part', () => {
    for (const part of ['user', 'team', 'project', 'provider', 'route'])
      expect(compileCounter([part])?.keyOf(factsOf({ key: 'bare' })), part).toBe(`${part}=`);
  });

  it('never fails on a header that is not well-formed text', () => {
    expect(compileCounter(['header:x'])?.keyOf(factsOf({ headers: { x: '\ud800' } }))).toBe('header:x=%EF%BF%BD');
  });

  it('knows whose values callers choose', () => {
    expect(compileCounter(['key'])?.isOpenEnded).toBe(false);
    expect(compileCounter(['key', 'header:x'])?.isOpenEnded).toBe(true);
  });

  it('refuses what it does not know', () => {
    expect(compileCounter(['planet'])).toBeUndefined();
    expect(compileCounter(['constructor'])).toBeUndefined();
  });
});
