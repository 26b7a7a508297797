import { describe, expect, it } from 'vitest';
import { gatewayModel } from '../../../../e2e/support/gateway-model.ts';
import type { LuaFilter } from '../../../model/own-filter.ts';
import { ownFilters } from './chain.ts';

const filter = (name: string, parts: Partial<LuaFilter> = {}): LuaFilter => ({
  kind: 'lua',
  name,
  script: '',
  isOptional: true,
  origins: [],
  ...parts,
});

describe('ownFilters()', () => {
  it('puts what a list says in front of the others, whatever their names', () => {
    const gateway = gatewayModel({
      filters: [filter('a'), filter('y', { isListed: true }), filter('z', { isListed: true })],
    });
    const names = ownFilters(gateway, ['lua', 'listed']).map(({ name }) => name);
    expect(names).toEqual(['y', 'z', 'a']);
    expect(ownFilters(gateway, ['lua']).map(({ name }) => name)).toEqual(['a']);
  });
});
