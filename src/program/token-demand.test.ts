import { describe, expect, it } from 'vitest';
import { gatewayModel } from '../../e2e/support/gateway-model.ts';
import type { Route } from '../model/route.ts';
import { programResources } from './resources.ts';
import { ProgramStore } from './store.ts';
import { routeOf } from './testing/program-of.ts';

const filter = 'SecurityPolicy/a/tokens';
const open: Route = {
  id: 'open',
  match: { models: ['open'] },
  targets: [],
  profile: 'retry-default',
  isPrivateOnly: false,
  coolDown: { failures: 0, durationMs: 0 },
  watchBody: false,
  origins: [],
};
const issuers = [{ claims: [{ claim: 'org.team', header: 'x-team' }] }];
const gateway = gatewayModel({
  listeners: [{ name: 'http', address: '', port: 1, hostnames: [], origins: [], notedTokens: [filter] }],
  filters: [
    {
      kind: 'tokens',
      name: filter,
      issuers: [{ name: 'a', audiences: [], keySet: { json: '' }, from: [], claims: [] }],
      isOptional: true,
      origins: [],
    },
  ],
  routes: [
    open,
    { ...open, id: 'guarded', match: { models: ['guarded'] }, tokens: { filter, issuers, isOptional: true } },
  ],
});

function programOfGateway(of = gateway) {
  const store = new ProgramStore();
  for (const typeUrl of store.typeUrls) {
    store.apply(
      typeUrl,
      programResources(of).filter((resource) => resource.typeUrl === typeUrl),
      [],
    );
  }
  return store.current;
}

describe('tokens in the program', () => {
  it('arrive with the names under which Envoy notes them', () => {
    const program = programOfGateway();
    const fields = { claims: `${filter}#0`, failure: `${filter}#0!` };
    expect(program?.routes.find('', 'guarded')?.tokens).toEqual({
      isOptional: true,
      issuers: [{ ...fields, headers: [{ path: ['org', 'team'], header: 'x-team' }] }],
    });
    expect(program?.routes.find('', 'open')?.tokens).toBeUndefined();
    expect(program?.settings.tokenSources).toEqual([{ ...fields, headers: ['authorization'] }]);
  });

  it('choose between routes under a name that no caller can write', () => {
    const [, guarded] = gateway.routes;
    if (guarded === undefined) throw new Error('no route');
    const headers = [{ name: 'x-team', kind: 'exact', value: 'a' } as const];
    const program = programOfGateway({
      ...gateway,
      routes: [{ ...guarded, match: { models: ['guarded'], headers } }],
    });
    const name = `:token/${filter}/x-team`;
    expect(program?.observedHeaders).toEqual([name]);
    expect(program?.claimedHeaders.get(name)).toMatchObject({ header: 'x-team', models: new Set(['guarded']) });
    const request = (observed: string) => ({ observedHeader: (one: string) => (one === observed ? 'a' : undefined) });
    expect(program?.routes.find('', 'guarded', request(name))?.id).toBe('guarded');
    expect(program?.routes.find('', 'guarded', request('x-team'))).toBeUndefined();
  });

  it('leave no trace where nobody asks for them any more', () => {
    expect(programOfGateway({ ...gateway, listeners: [] })?.settings.tokenSources).toEqual([]);
  });

  it('of a listener are known also while Envoy demands them itself', () => {
    const [listener] = gateway.listeners;
    if (listener === undefined) throw new Error('no listener');
    const { notedTokens: _, ...plain } = listener;
    const byEnvoy = { ...plain, filters: { tokens: [filter] } };
    const fields = { claims: `${filter}#0`, failure: `${filter}#0!` };
    const demanded = new Map([[filter, { isOptional: true, issuers: [{ ...fields, headers: [] }] }]]);
    const settingsOf = (of: typeof byEnvoy) => programOfGateway({ ...gateway, listeners: [of] })?.settings;
    expect(settingsOf(byEnvoy)).toMatchObject({ tokenSources: [], listenerTokens: demanded, hasOptionalTokens: true });
    const tokens = { filter, issuers: [{ claims: [] }], isOptional: true };
    const byProcessor = settingsOf({ ...byEnvoy, tokens } as typeof byEnvoy);
    expect(byProcessor?.listenerTokens).toEqual(demanded);
    expect(byProcessor?.tokenSources).toEqual([{ ...fields, headers: ['authorization'] }]);
    expect(programOfGateway({ ...gateway, routes: [open] })?.settings.hasOptionalTokens).toBe(false);
  });

  it.each([
    [undefined, 'tokens are missing'],
    [{ filter: '', issuers }, 'nobody verifies them'],
    [{ filter, issuers: [] }, 'nobody verifies them'],
    [{ filter, issuers: [{ claims: [{ claim: 'a', header: 'no header' }] }] }, 'header'],
  ])('are refused as %j', (tokens, reason) => {
    const route = routeOf({ id: 'r', contract: 2, ...(tokens && { tokens }) });
    const refused = new ProgramStore().apply(route.typeUrl, [route], []);
    expect(refused.map((one) => one.reason).join()).toContain(reason);
  });
});
