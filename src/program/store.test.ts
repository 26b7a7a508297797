import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../lib/hash.ts';
import { leastCpuMs } from '../lib/testing/cpu-time.ts';
import { mayUse } from './program.ts';
import { ProgramStore } from './store.ts';
import { keyOf, modelOf, programOf, providerOf, routeOf, settingsOf, storeOf } from './testing/program-of.ts';

const types = (store: ProgramStore) => {
  const named = (type: string): string => `type.googleapis.com/sluice.program.v1.${type}`;
  const [settings, provider, model, route, key] = ['Settings', 'Provider', 'Model', 'Route', 'ApiKey'].map(named) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const others = store.typeUrls.filter((type) => ![settings, provider, model, route, key].includes(type));
  return { settings, provider, model, route, key, others };
};

function keyNamed(store: ProgramStore, secret: string): string | undefined {
  return store.current?.keys.get(sha256Hex(secret))?.name;
}

describe('ProgramStore', () => {
  it('has no program until every type has been received once, be it empty', () => {
    const store = new ProgramStore();
    const { settings, provider, model, route, key, others } = types(store);
    for (const other of others) store.apply(other, [], []);
    store.apply(settings, [settingsOf()], []);
    store.apply(provider, [providerOf({ name: 'a' })], []);
    store.apply(model, [], []);
    store.apply(route, [], []);
    expect(store.current).toBeUndefined();
    store.apply(key, [], []);
    expect(store.current?.providers.get('a')?.cluster).toBe('cluster-a');
  });

  it('has no program without settings, and keeps the last ones when they are removed', () => {
    const store = new ProgramStore();
    for (const typeUrl of store.typeUrls) store.apply(typeUrl, [], []);
    expect(store.current).toBeUndefined();
    const { settings } = types(store);
    store.apply(settings, [settingsOf({ defaultProfile: 'p' })], []);
    store.apply(settings, [], ['settings']);
    expect(store.current?.settings.defaultProfile).toBe('p');
  });

  it('replaces the program by another one and never changes one that is in use', () => {
    const store = storeOf({ models: [{ name: 'small', aliases: ['mini'] }], keys: [{ name: 'one', secret: 'x' }] });
    const before = store.current;
    store.apply(types(store).model, [modelOf({ name: 'large', aliases: ['mini'] })], ['small']);
    store.apply(types(store).key, [], ['one']);
    expect(before?.models.find('mini')?.name).toBe('small');
    expect(before?.keys.size).toBe(1);
    expect(store.current?.models.find('mini')?.name).toBe('large');
    expect(store.current?.keys.size).toBe(0);
  });

  it('makes only the tables of the changed type anew', () => {
    const store = storeOf({ providers: [{ name: 'a' }], models: [{ name: 'm' }], keys: [{ name: 'one' }] });
    const before = store.current;
    store.apply(types(store).key, [keyOf({ name: 'two' })], []);
    expect(store.current?.models).toBe(before?.models);
    expect(store.current?.routes).toBe(before?.routes);
    expect(store.current?.providers).toBe(before?.providers);
  });

  it('refuses a resource of another contract, keeps the old one and takes the others of the batch', () => {
    const store = storeOf({ keys: [{ name: 'one', secret: 'x', team: 'old' }] });
    const before = store.versions(types(store).key).get('one');
    const refused = store.apply(
      types(store).key,
      [keyOf({ name: 'one', secret: 'x', team: 'new', contract: 99 }), keyOf({ name: 'two', secret: 'y' })],
      [],
    );
    expect(refused).toEqual([{ name: 'one', reason: expect.stringContaining('contract 99') }]);
    expect(store.current?.keys.get(sha256Hex('x'))?.team).toBe('old');
    expect(store.versions(types(store).key).get('one')).toBe(before);
    expect(keyNamed(store, 'y')).toBe('two');
  });

  it.each([
    ['key', keyOf({ name: 'k', sha256: new Uint8Array(5) }), 'sha256 has 5 bytes instead of 32'],
    [
      'key',
      keyOf({ name: 'k', credentials: [{ provider: 'a', header: 'authorization', value: Buffer.from('a\nb') }] }),
      'characters that cannot stand in a header',
    ],
    ['provider', providerOf({ name: 'p', cluster: '' }), 'cluster is missing'],
    ['provider', providerOf({ name: 'p', dialect: 9 as 0 }), 'dialect 9 is not known'],
    ['provider', providerOf({ name: 'p', basePath: '/v1/' }), 'base_path'],
    ['provider', providerOf({ name: 'p', setHeaders: [{ name: 'x y', value: '' }] }), 'header name "x y" is not valid'],
    ['provider', providerOf({ name: 'p', setHeaders: [{ name: 'x', value: 'ö\u0101' }] }), 'characters that cannot'],
    ['provider', providerOf({ name: 'p', setBody: [{ name: 'store', json: '{' }] }), 'set_body "store" is not JSON'],
    ['route', routeOf({ id: 'r', profile: '' }), 'profile is missing'],
    ['route', routeOf({ id: 'r', targets: [{ provider: '' }] }), 'a target has no provider'],
    ['model', modelOf({ name: '' }), 'name is missing'],
    ['settings', settingsOf({ maxBodyBytes: 0n }), 'max_body_bytes is missing'],
  ] as const)('refuses a %s that does not compile (%#)', (type, resource, reason) => {
    const store = storeOf({});
    const [refused] = store.apply(types(store)[type], [resource], []);
    expect(refused).toEqual({ name: resource.name, reason: expect.stringContaining(reason) });
  });

  it('refuses what cannot be decoded, and types that it does not know', () => {
    const store = storeOf({});
    const garbage = { name: 'g', version: '1', body: Buffer.from([0xff, 0xff]) };
    expect(store.apply(types(store).key, [garbage], [])).toEqual([{ name: 'g', reason: 'cannot be decoded' }]);
    expect(store.apply('type.googleapis.com/x', [garbage], [])).toHaveLength(1);
  });

  it('gives a secret to the same key in whatever order two resources with it come and go', () => {
    const { key } = types(new ProgramStore());
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const store = storeOf({});
      store.apply(key, [keyOf({ name: first, secret: 'x' })], []);
      store.apply(key, [keyOf({ name: second, secret: 'x' })], []);
      expect(keyNamed(store, 'x')).toBe('a');
      store.apply(key, [], ['a']);
      expect(keyNamed(store, 'x')).toBe('b');
      store.apply(key, [], ['b']);
      expect(keyNamed(store, 'x')).toBeUndefined();
    }
  });

  it('forgets the old secret of a key that got a new one', () => {
    const store = storeOf({ keys: [{ name: 'k', secret: 'old' }] });
    store.apply(types(store).key, [keyOf({ name: 'k', secret: 'new' })], []);
    expect(keyNamed(store, 'old')).toBeUndefined();
    expect(keyNamed(store, 'new')).toBe('k');
  });

  it('takes one changed key among 10,000 within a few milliseconds', () => {
    const store = storeOf({ keys: Array.from({ length: 10_000 }, (_, i) => ({ name: `k${i}` })) });
    let change = 0;
    const fastest = leastCpuMs(10, () => {
      store.apply(types(store).key, [keyOf({ name: 'k5000', team: `t${change++}` })], []);
    });
    // About 1 ms, and no more on a busy machine.
    expect(fastest).toBeLessThan(20);
  });
});

describe('routes', () => {
  const target = { targets: [{ provider: 'a' }] };

  it("prefers a key's own, then an exact name, then a pattern, then the smaller id", () => {
    const { routes } = programOf({
      routes: [
        { id: 'z-exact', models: ['small'], ...target },
        { id: 'a-pattern', models: ['sm*'], ...target },
        { id: 'b-pattern', models: ['s*'], ...target },
        { id: 'key/k/1', key: 'k', models: ['sm*'], ...target },
        { id: 'key/k/0', key: 'k', models: [], ...target },
        { id: 'key/j/0', key: 'j', models: ['small'], ...target },
      ],
    });
    expect(routes.find('other', 'small')?.id).toBe('z-exact');
    expect(routes.find('other', 'smart')?.id).toBe('a-pattern');
    expect(routes.find('other', 'large')).toBeUndefined();
    expect(routes.find('k', 'small')?.id).toBe('key/k/0');
    expect(routes.find('j', 'small')?.id).toBe('key/j/0');
    expect(routes.find('j', 'smart')?.id).toBe('a-pattern');
  });

  it('does not depend on the order of arrival', () => {
    const store = storeOf({ routes: [{ id: 'b', models: ['m'], ...target }] });
    store.apply(types(store).route, [routeOf({ id: 'a', models: ['m'], ...target })], []);
    expect(store.current?.routes.find('k', 'm')?.id).toBe('a');
    store.apply(types(store).route, [], ['a']);
    expect(store.current?.routes.find('k', 'm')?.id).toBe('b');
    store.apply(types(store).route, [], ['b']);
    expect(store.current?.routes.find('k', 'm')).toBeUndefined();
  });

  it('follows a route that changes hands', () => {
    const store = storeOf({ routes: [{ id: 'r', key: 'k', models: ['m'], ...target }] });
    store.apply(types(store).route, [routeOf({ id: 'r', key: 'j', models: ['m'], ...target })], []);
    expect(store.current?.routes.find('k', 'm')).toBeUndefined();
    expect(store.current?.routes.find('j', 'm')?.id).toBe('r');
  });

  it('sorts targets by priority and leaves drained ones out', () => {
    const { routes } = programOf({
      routes: [
        {
          id: 'r',
          models: ['m'],
          targets: [
            { provider: 'b', priority: 1 },
            { provider: 'drained', priority: 0, weight: 0 },
            { provider: 'a', priority: 0 },
          ],
        },
      ],
    });
    expect(routes.find('k', 'm')?.targets.map(({ provider }) => provider)).toEqual(['a', 'b']);
  });

  it('knows which logical models stand for a model of a provider', () => {
    const { routes } = programOf({
      routes: [
        { id: 'r2', models: ['small'], targets: [{ provider: 'a', model: 'up' }] },
        { id: 'r1', models: ['little'], targets: [{ provider: 'a', model: 'up' }] },
        { id: 'r0', key: 'k', models: ['own'], targets: [{ provider: 'a', model: 'up' }] },
      ],
    });
    expect(routes.modelsServing('a', 'up')).toEqual(['little', 'small']);
    expect(routes.modelsServing('b', 'up')).toEqual([]);
  });
});

describe('what a program observes', () => {
  it('names the headers whose original values somebody needs, and sorts what is opened by how specific it is', () => {
    const program = programOf({
      providers: [
        { name: 'b', setHeaders: [{ name: 'X-Team', value: 'b' }], passthroughPaths: ['/v1/files*'] },
        { name: 'a', removeHeaders: ['x-debug'], passthroughPaths: ['/v1/*', '/v1/files/one'] },
      ],
      routes: [{ id: 'r', affinityHeader: 'X-Conversation-Id' }],
    });
    expect(program.observedHeaders).toEqual(['x-conversation-id', 'x-debug', 'x-team']);
    expect(program.passthrough.map(({ provider, path }) => `${provider} ${path}`)).toEqual([
      'a /v1/files/one',
      'b /v1/files',
      'a /v1/',
    ]);
  });
});

describe('mayUse()', () => {
  it('allows everything by default, and denial wins', () => {
    const key = (init: { allowModels?: string[]; denyModels?: string[] }) => {
      const [found] = programOf({ keys: [{ name: 'k', ...init }] }).keys.values();
      if (found === undefined) throw new Error('no key');
      return found;
    };
    expect(mayUse(key({}), 'any')).toBe(true);
    expect(mayUse(key({ allowModels: ['small'] }), 'large')).toBe(false);
    expect(mayUse(key({ allowModels: ['*'], denyModels: ['large'] }), 'large')).toBe(false);
    expect(mayUse(key({ denyModels: ['large'] }), 'small')).toBe(true);
  });
});
