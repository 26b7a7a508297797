import { describe, expect, it } from 'vitest';
import { byClaims, choosesRoutes } from './chosen-by-claims.ts';
import type { FilterChoice, TokenFilter } from './own-filter.ts';
import { noHeaderChanges, type ServiceRoute } from './service.ts';

const login: TokenFilter = {
  kind: 'tokens',
  name: 'login/tokens',
  issuers: [
    {
      name: 'one',
      audiences: [],
      keySet: { json: '{}' },
      from: [],
      claims: [{ claim: 'org.team', header: 'X-Team' }],
    },
  ],
  isOptional: false,
  origins: [],
};
const other: TokenFilter = { ...login, name: 'other/tokens' };

function route(id: string, headers: readonly string[], filters?: FilterChoice): ServiceRoute {
  return {
    id,
    listeners: ['http'],
    hostnames: [],
    match: {
      path: { kind: 'prefix', value: '/' },
      headers: headers.map((name) => ({ name, kind: 'exact', value: 'v' })),
      query: [],
    },
    action: { kind: 'fail', status: 500 },
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
    ...(filters && { filters }),
    origins: [],
  };
}

const wanting = { name: 'http', filters: { tokens: [login.name] } };
const open: { name: string; filters?: FilterChoice } = { name: 'http' };

describe('a route that matches a header', () => {
  it('has nothing to do with claims that are written elsewhere', () => {
    const [all, named] = [route('all', []), route('named', ['x-version'])];
    expect(byClaims(named, [all, named], wanting, [login])).toBeUndefined();
    expect(byClaims(all, [all, named], wanting, [login])).toBeUndefined();
    expect(choosesRoutes(login, [all, named], [wanting])).toBe(false);
  });

  it('comes behind the tokens that write it', () => {
    const [all, team] = [route('all', []), route('team', ['x-team'])];
    const chosen = { after: login.name, notAfter: [], isMixed: false };
    expect(byClaims(team, [all, team], wanting, [login, other])).toEqual(chosen);
    expect(choosesRoutes(login, [all, team], [wanting])).toBe(true);
    expect(choosesRoutes(other, [all, team], [wanting])).toBe(false);
  });

  it.each([
    ['the route that requests stand on', { keys: ['k/keys'] }, undefined],
    ['the chosen one', undefined, { keys: ['k/keys'] }],
    ['both, by other filters', { lua: ['a/lua'] }, { lua: ['b/lua'] }],
  ])('is closed where policies of %s differ', (_, ofAll, ofTeam) => {
    const [all, team] = [route('all', [], ofAll), route('team', ['x-team'], ofTeam)];
    expect(byClaims(team, [all, team], wanting, [login])?.isMixed).toBe(true);
  });

  it('is not reached by tokens that it does not ask for', () => {
    const [all, team] = [route('all', [], { tokens: [login.name] }), route('team', ['x-team'])];
    expect(byClaims(team, [all, team], open, [login])).toEqual({ notAfter: [login.name], isMixed: false });
    const own = route('own', ['x-team'], { tokens: [other.name] });
    const chosen = { after: other.name, notAfter: [login.name], isMixed: false };
    expect(byClaims(own, [all, own], open, [login, other])).toEqual(chosen);
  });

  it('does not mind filters of routes on other hosts', () => {
    const team = route('team', ['x-team']);
    expect(byClaims(team, [team], wanting, [login, other])?.isMixed).toBe(false);
  });
});
