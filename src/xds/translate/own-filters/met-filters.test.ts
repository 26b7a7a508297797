import { describe, expect, it } from 'vitest';
import { gatewayModel } from '../../../../e2e/support/gateway-model.ts';
import type { Listener } from '../../../model/listener.ts';
import type { FilterChoice, KeyFilter, LuaFilter } from '../../../model/own-filter.ts';
import { noHeaderChanges, type ServiceRoute } from '../../../model/service.ts';
import { isGuarded } from './met-filters.ts';

const lua = (name: string): LuaFilter => ({ kind: 'lua', name, script: '', isOptional: true, origins: [] });
const keys: KeyFilter = { kind: 'keys', name: 'keys', clients: [], headers: [], hidesKey: false, origins: [] };
const listener = (filters: FilterChoice | undefined, name = 'http'): Listener => ({
  name,
  address: '0.0.0.0',
  port: 80,
  hostnames: [],
  ...(filters && { filters }),
  origins: [],
});
const route = (filters?: FilterChoice): ServiceRoute => ({
  id: 'service',
  listeners: ['http'],
  hostnames: [],
  match: { path: { kind: 'prefix', value: '/' }, headers: [], query: [] },
  action: { kind: 'fail', status: 500 },
  requestHeaders: noHeaderChanges,
  responseHeaders: noHeaderChanges,
  ...(filters && { filters }),
  origins: [],
});
const withRoutes = (...routes: ServiceRoute[]) => ({ routes, backends: [] });

describe('isGuarded()', () => {
  it('is for gateways where a filter could lead past another one', () => {
    const filters = [lua('a'), keys];
    const listeners = [listener({ lua: ['a'] })];
    const services = withRoutes(route(), route({ keys: ['keys'] }));
    expect(isGuarded(gatewayModel({ filters, listeners, services }))).toBe(true);
    expect(isGuarded(gatewayModel({ filters: [keys, { ...keys, name: 'more' }], listeners, services }))).toBe(false);
    expect(isGuarded(gatewayModel({ filters: [lua('a')], listeners, services }))).toBe(false);
  });

  it('is for services whose callers are checked otherwise than those of models', () => {
    const filters = [lua('a'), keys];
    const listeners = [listener({ lua: ['a'], keys: ['keys'] })];
    expect(isGuarded(gatewayModel({ filters, listeners, services: withRoutes(route()) }))).toBe(true);
    expect(isGuarded(gatewayModel({ filters, listeners }))).toBe(false);
  });

  it('is for listeners with different filters, and costs nothing where all have the same', () => {
    const filters = [lua('a'), lua('b')];
    const same = { lua: ['a', 'b'] };
    const both = (other: FilterChoice) => [listener(same), listener(other, 'other')];
    const services = withRoutes(route());
    expect(isGuarded(gatewayModel({ filters, listeners: both(same), services }))).toBe(false);
    expect(isGuarded(gatewayModel({ filters, listeners: both({ lua: ['a'] }), services }))).toBe(true);
  });
});
