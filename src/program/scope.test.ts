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
  model: 'claude-haiku',
  providers: ['vllm', 'anthropic'],
  api: 'chat.completions',
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
    [{ users: ['*'] }, true],
    [{ projects: ['*'] }, false],
  ])('%j: %s', (parts, expected) => {
    expect(compileScope({ ...everyone, ...parts }).matches(request)).toBe(expected);
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
