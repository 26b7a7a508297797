import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { FilterConfigSchema } from '../../../gen/envoy/config/route/v3/route_components_pb.js';
import type { FilterChoice } from '../../../model/own-filter.ts';
import { isClosed, type ListenerFilters, modelChoice, notedOnRoute, onHost, onService } from './use.ts';

/** What is switched, by name. */
function switches(config: ReturnType<typeof onHost>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([name, any]) => {
      const filter = anyUnpack(any, FilterConfigSchema);
      return [name, filter === undefined ? 'its own' : filter.disabled ? 'off' : 'on'];
    }),
  );
}

const demand = { filter: 'p/tokens', issuers: [], isOptional: false };

describe('filters that cannot be had', () => {
  it.each<[FilterChoice | undefined, boolean]>([
    [undefined, false],
    [{}, false],
    [{ lua: ['a'] }, false],
    [{ lua: 'unusable' }, true],
    [{ keys: 'unusable', lua: ['a'] }, true],
    [{ lua: ['a'], wasm: 'unusable' }, true],
  ])('close what they are for: %j', (choice, expected) => {
    expect(isClosed(choice)).toBe(expected);
  });

  it('are switched on nowhere', () => {
    expect(onHost({ lua: 'unusable', wasm: ['w'] }, false)).toHaveProperty('w');
    expect(Object.keys(onHost({ lua: 'unusable', wasm: ['w'] }, false))).toEqual(['w']);
  });
});

describe('the filters that requests for models meet', () => {
  const listener: ListenerFilters = { filters: { keys: ['k'], tokens: ['p/tokens'], lua: ['l'] } };

  it('are those of the listener but keys, which the processor checks', () => {
    expect(modelChoice(listener)).toEqual({ tokens: ['p/tokens'], lua: ['l'] });
    expect(modelChoice({})).toBeUndefined();
  });

  it('take tokens off, unless the processor has to see them', () => {
    expect(switches(onHost(modelChoice(listener), false))).toEqual({ 'p/tokens/taken': 'on', l: 'on' });
    expect(modelChoice({ ...listener, tokens: demand })).toEqual({ lua: ['l'] });
  });

  it('are closed with the listener where its tokens cannot be checked, and not for its keys', () => {
    expect(isClosed(modelChoice({ filters: { tokens: 'unusable' } }))).toBe(true);
    expect(isClosed(modelChoice({ filters: { keys: 'unusable' } }))).toBe(false);
  });

  it('note tokens that single routes ask for, and describe those of the listener', () => {
    expect(switches(notedOnRoute({ notedTokens: ['q/tokens'], tokens: demand }))).toEqual({
      'q/tokens/noted': 'on',
      'p/tokens/described': 'on',
    });
    expect(notedOnRoute({})).toEqual({});
  });
});

describe('the filters that requests for services meet', () => {
  const listener: ListenerFilters = { filters: { keys: ['k'], tokens: ['p/tokens'], lua: ['l'] } };

  it('are those of the listener, keys and tokens as they stand', () => {
    expect(switches(onService(listener, undefined, false))).toEqual({
      'p/tokens/taken': 'off',
      k: 'on',
      'p/tokens': 'on',
    });
  });

  it('are the route’s own, kind by kind, and the listener’s where it has none', () => {
    expect(switches(onService(listener, { keys: ['own'], lua: ['mine'], wasm: ['w'] }, false))).toEqual({
      'p/tokens/taken': 'off',
      l: 'off',
      own: 'on',
      'p/tokens': 'on',
      mine: 'on',
      w: 'on',
    });
  });

  it('say nothing where they are the same', () => {
    const plain: ListenerFilters = { filters: { lua: ['l'] } };
    expect(onService(plain, undefined, false)).toEqual({});
    expect(onService(plain, undefined, true)).toEqual({});
    expect(onService({}, undefined, false)).toEqual({});
  });

  it('are demanded again behind them, wherever a filter could lead past others', () => {
    const names = Object.keys(onService(listener, { wasm: ['w'] }, true));
    expect(names).toEqual(expect.arrayContaining(['k', 'w']));
    expect(names).toHaveLength(Object.keys(onService(listener, { wasm: ['w'] }, false)).length + 2);
    expect(Object.keys(onHost({ lua: ['l'] }, true))).toHaveLength(3);
    expect(onHost({}, true)).toEqual({});
  });
});
