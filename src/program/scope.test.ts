import { describe, expect, it } from 'vitest';
import { compileScope, type ScopeParts } from './scope.ts';
import { factsOf } from './testing/facts.ts';

const everyone: ScopeParts = {
  keys: [],
  users: [],
  teams: [],
  projects: [],
  models: [],
  providers: [],
  apis: [],
  headers: [],
  labels: [],
  routes: [],
};

const request = factsOf({
  key: 'checkout',
  user: 'ana@example.com',
  team: 'payments',
  project: 'shop',
  model: 'claude-haiku',
  providers: ['vllm', 'anthropic'],
  api: 'chat.completions',
  route: 'public',
  labels: new Map([['stage', 'prod']]),
  headers: { 'x-tenant': 'acme-eu' },
});

describe('compileScope()', () => {
  it.each<[Partial<ScopeParts>, boolean]>([
    [{}, true],
    [{ keys: ['checkout'] }, true],
    [{ keys: ['other', 'check*'] }, true],
    [{ keys: ['other'] }, false],
    [{ teams: ['payments'], models: ['claude-*'] }, true],
    [{ teams: ['payments'], models: ['gpt-*'] }, false],
    [{ providers: ['anthropic'] }, true],
    [{ providers: ['openai'] }, false],
    [{ apis: ['chat.*'] }, true],
    [{ headers: [{ name: 'x-tenant', values: ['acme-*'] }] }, true],
    [{ headers: [{ name: 'x-tenant', values: ['acme'] }] }, false],
    [{ headers: [{ name: 'x-absent', values: ['*'] }] }, false],
    [{ labels: [{ name: 'stage', values: ['test', 'prod'] }] }, true],
    [{ labels: [{ name: 'area', values: ['*'] }] }, false],
  ])('%j: %s', (parts, expected) => {
    expect(compileScope({ ...everyone, ...parts }).matches(request)).toBe(expected);
  });

  it.each<[keyof ScopeParts, string]>([
    ['keys', 'checkout'],
    ['users', 'ana@example.com'],
    ['teams', 'payments'],
    ['projects', 'shop'],
    ['models', 'claude-haiku'],
    ['providers', 'vllm'],
    ['apis', 'chat.completions'],
    ['routes', 'public'],
  ])('has %s that match %s and nothing else', (part, value) => {
    const matches = (...values: readonly string[]) => compileScope({ ...everyone, [part]: values }).matches(request);
    expect([matches(value), matches('other', `${value.slice(0, 3)}*`), matches('*')]).toEqual([true, true, true]);
    const others = ['other', 'checkout', 'ana@example.com', 'payments', 'shop', 'claude-haiku', 'openai', 'responses'];
    expect(matches(...others.filter((each) => each !== value))).toBe(false);
  });

  it('matches nothing that a request does not have, not even by a glob', () => {
    for (const part of ['users', 'teams', 'projects', 'providers', 'routes'] as const)
      expect(compileScope({ ...everyone, [part]: ['*'] }).matches(factsOf({ key: 'bare' })), part).toBe(false);
  });

  it('may match a request whose headers are not known', () => {
    const headers = [{ name: 'x-tenant', values: ['other'] }];
    const scope = compileScope({ ...everyone, keys: ['checkout'], headers });
    expect([scope.matches(request), scope.mayMatch(request)]).toEqual([false, true]);
    expect(compileScope({ ...everyone, keys: ['other'], headers }).mayMatch(request)).toBe(false);
    expect(scope.headers).toEqual(['x-tenant']);
  });

  it('is found by the part that tells most requests apart, if it has no globs', () => {
    const indexOf = (parts: Partial<ScopeParts>) => compileScope({ ...everyone, ...parts }).index;
    expect(indexOf({ teams: ['a'], keys: ['k', 'k', 'l'] })).toEqual({ part: 'key', values: ['k', 'l'] });
    expect(indexOf({ teams: ['a'], keys: ['k*'] })).toEqual({ part: 'team', values: ['a'] });
    expect(indexOf({ providers: ['a'] })).toBeUndefined();
  });
});
