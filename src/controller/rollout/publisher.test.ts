import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../gen/envoy/config/listener/v3/listener_pb.js';
import { HttpConnectionManagerSchema } from '../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { UpstreamTlsContextSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { ProviderSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { createPublisher } from './publisher.ts';
import type { Refusal } from './refusal.ts';

type Type = 'cluster' | 'programProvider' | 'secret' | 'listener' | 'extensionConfig' | 'route' | 'programRoute';

/** `uses`: the cluster of a provider, the secret of a cluster, the filter of a listener. */
function resource(type: Type, name: string, version = '1', uses = name): Resource {
  const body = {
    cluster: () => (uses === name ? Buffer.alloc(0) : clusterWithSecret(uses)),
    programProvider: () => toBinary(ProviderSchema, create(ProviderSchema, { name, cluster: uses })),
    secret: () => Buffer.alloc(0),
    extensionConfig: () => Buffer.alloc(0),
    route: () => Buffer.alloc(0),
    programRoute: () => Buffer.alloc(0),
    listener: () => listenerWithFilter(uses),
  }[type]();
  return { typeUrl: typeUrls[type], name, version, body, origins: [] };
}

function clusterWithSecret(secret: string): Uint8Array {
  const tlsCertificateSdsSecretConfigs = [{ name: secret, sdsConfig: {} }];
  const context = create(UpstreamTlsContextSchema, { commonTlsContext: { tlsCertificateSdsSecretConfigs } });
  const typedConfig = anyPack(UpstreamTlsContextSchema, context);
  const transportSocket = { name: 'tls', configType: { case: 'typedConfig', value: typedConfig } } as const;
  return toBinary(ClusterSchema, create(ClusterSchema, { transportSocket }));
}

function listenerWithFilter(name: string): Uint8Array {
  const discovered = { case: 'configDiscovery', value: { configSource: {} } } as const;
  const manager = create(HttpConnectionManagerSchema, { httpFilters: [{ name, configType: discovered }] });
  const configType = { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) } as const;
  return toBinary(
    ListenerSchema,
    create(ListenerSchema, { filterChains: [{ filters: [{ name: 'http', configType }] }] }),
  );
}

const script = (version: string): ReadonlyMap<string, string> => new Map([['script', version]]);

const stateWith = (version: string): Snapshot =>
  snapshotOf([resource('extensionConfig', 'script', version), resource('listener', 'l', '1', 'script')]);

/** A server whose clients accept everything, except what a test says they refuse when it is published. */
function scripted(
  options: {
    lingerMs?: number;
    refuse?: (resource: Resource) => string | undefined;
    /** Nobody has asked for it, or has answered. */
    isUnknown?: (resource: Pick<Resource, 'name' | 'version'>) => boolean;
    /** Several refuse the same, one after the other, before any of them has accepted what comes in its place. */
    clients?: number;
  } = {},
) {
  const { clients = 1 } = options;
  const published: string[] = [];
  let withheld: readonly Refusal[] = [];
  let last: Snapshot | undefined;
  const publisher = createPublisher({
    server: {
      publish(_group, snapshot) {
        last = snapshot;
        published.push(show(snapshot));
      },
      async settled(_group, types) {
        for (const type of types) {
          for (const each of [...(last?.resources.get(type)?.values() ?? [])]) {
            if (options.isUnknown?.(each)) continue;
            const text = options.refuse?.(each);
            if (text === undefined) continue;
            for (let client = 0; client < clients; client++) {
              publisher.refused(type, new Map([[each.name, each.version]]), text);
            }
          }
        }
      },
      isAccepted: (_group, each) => clients === 1 && !options.isUnknown?.(each),
    },
    group: 'g',
    stepLimitMs: 1_000,
    lingerMs: options.lingerMs ?? 0,
    standIn: (each) => (each.typeUrl === typeUrls.extensionConfig ? { ...each, version: 'none' } : undefined),
    onWithheld: (next) => {
      withheld = next;
    },
    onFailure: (error) => {
      throw error;
    },
  });
  return { publisher, published, withheld: () => withheld.map((each) => each.resource.name) };
}

function show(snapshot: Snapshot): string {
  const short: Record<string, string> = {
    [typeUrls.cluster]: 'c',
    [typeUrls.programProvider]: 'p',
    [typeUrls.secret]: 's',
    [typeUrls.listener]: 'l',
    [typeUrls.extensionConfig]: 'f',
    [typeUrls.route]: 'r',
    [typeUrls.programRoute]: 'm',
  };
  return [...snapshot.resources]
    .flatMap(([type, ofType]) => [...ofType.values()].map((each) => `${short[type]}:${each.name}@${each.version}`))
    .sort()
    .join(' ');
}

describe('createPublisher()', () => {
  it('publishes the first state at once and later ones in order', async () => {
    const { publisher, published } = scripted();
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(snapshotOf([resource('cluster', 'b'), resource('programProvider', 'b')]));
    expect(published).toEqual([
      'c:a@1 p:a@1',
      'c:a@1 c:b@1 p:a@1',
      'c:a@1 c:b@1 p:a@1 p:b@1',
      'c:a@1 c:b@1 p:b@1',
      'c:b@1 p:b@1',
    ]);
  });

  it('keeps a removed cluster for the linger time and then removes it by itself', async () => {
    const { publisher, published } = scripted({ lingerMs: 40 });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(snapshotOf([]));
    expect(published.at(-1)).toBe('c:a@1');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(published.at(-1)).toBe('');
  });

  it('falls back to the accepted version of a refused resource and publishes everything else', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: (each) =>
        each.name === 'a' && each.version === '2' ? 'Error adding/updating cluster(s) a: no' : undefined,
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a', '2'),
        resource('cluster', 'b'),
        resource('programProvider', 'a'),
        resource('programProvider', 'b'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 c:b@1 p:a@1 p:b@1');
    expect(withheld()).toEqual(['a']);
    await publisher.publish(snapshotOf([resource('cluster', 'a', '3'), resource('programProvider', 'a')]));
    expect(published.at(-1)).toBe('c:a@3 p:a@1');
    expect(withheld()).toEqual([]);
  });

  it('leaves out a refused new cluster together with the provider that names it', async () => {
    const { publisher, published } = scripted({
      refuse: (each) => (each.name === 'bad' ? 'cluster bad: no' : undefined),
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a'),
        resource('cluster', 'bad'),
        resource('programProvider', 'a'),
        resource('programProvider', 'bad'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 p:a@1');
    expect(published.some((state) => state.includes('p:bad'))).toBe(false);
  });

  it('leaves out a new cluster whose secret is refused, since it would wait for it for ever', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: (each) => (each.name === 'bad' ? 'Failed to load trusted CA certificates' : undefined),
    });
    await publisher.publish(snapshotOf([resource('cluster', 'a'), resource('programProvider', 'a')]));
    await publisher.publish(
      snapshotOf([
        resource('cluster', 'a'),
        resource('cluster', 'c', '1', 'bad'),
        resource('secret', 'bad'),
        resource('programProvider', 'a'),
        resource('programProvider', 'c'),
      ]),
    );
    expect(published.at(-1)).toBe('c:a@1 p:a@1');
    expect(withheld()).toEqual(['bad']);
  });

  it('brings back the cluster that the last accepted version of a provider names', async () => {
    const { publisher, published } = scripted({
      lingerMs: 0,
      refuse: (each) => (each.name === 'p@2' ? 'cluster p@2: no' : undefined),
    });
    const withAddress = (address: string, version: string): Snapshot =>
      snapshotOf([
        resource('secret', `${address}/ca`),
        resource('cluster', address, '1', `${address}/ca`),
        resource('programProvider', 'p', version, address),
      ]);
    await publisher.publish(withAddress('p@1', '1'));
    await publisher.publish(withAddress('p@2', '2'));
    expect(published.at(-1)).toBe('c:p@1@1 p:p@1 s:p@1/ca@1 s:p@2/ca@1');
    expect(published.some((state) => state.includes('p:p@2'))).toBe(false);
    await publisher.publish(withAddress('p@3', '3'));
    expect(published.at(-1)).toBe('c:p@3@1 p:p@3 s:p@3/ca@1');
  });

  it('puts a stand-in for a filter that is refused, however late, at once, and keeps the listener', async () => {
    let isUnknown = true;
    const { publisher, published, withheld } = scripted({ isUnknown: ({ name }) => name === 'script' && isUnknown });
    await publisher.publish(snapshotOf([resource('listener', 'l', '1')]));
    await publisher.publish(
      snapshotOf([resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script')]),
    );
    expect(published.at(-1)).toBe('f:script@1 l:l@2');
    // Only when it has the listener Envoy asks for what the listener names.
    publisher.refused(typeUrls.extensionConfig, script('1'), 'script load error');
    expect(published.at(-1)).toBe('f:script@none l:l@2');
    // One that refuses even that changes nothing.
    publisher.refused(typeUrls.extensionConfig, script('none'), 'unknown type');
    await publisher.publish(
      snapshotOf([resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script')]),
    );
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({
      last: 'f:script@none l:l@2',
      withheld: ['script'],
    });

    isUnknown = false;
    const mended = [resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script', '2')];
    await publisher.publish(snapshotOf(mended));
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({ last: 'f:script@2 l:l@2', withheld: [] });
    // Another client that refuses what others have in force changes nothing.
    publisher.refused(typeUrls.extensionConfig, script('2'), 'script load error');
    expect(withheld()).toEqual([]);
  });

  it('goes back to the accepted configuration of a filter at once', async () => {
    const { publisher, published } = scripted({ refuse: ({ version }) => (version === 'bad' ? 'no' : undefined) });
    const state = (version: string, listener: string) =>
      snapshotOf([resource('extensionConfig', 'script', version), resource('listener', 'l', listener, 'script')]);
    await publisher.publish(state('1', '1'));
    await publisher.publish(state('bad', '2'));
    expect(published.slice(-3)).toEqual(['f:script@bad l:l@1', 'f:script@1 l:l@1', 'f:script@1 l:l@2']);
  });

  it('goes back to it also when the refusal comes after everybody seemed to have answered', async () => {
    const { publisher, published } = scripted({ isUnknown: ({ version }) => version.startsWith('bad') });
    await publisher.publish(stateWith('1'));
    await publisher.publish(stateWith('2'));
    // Two at once: the first was never in force anywhere.
    await publisher.publish(stateWith('bad'));
    await publisher.publish(stateWith('bad too'));
    publisher.refused(typeUrls.extensionConfig, script('bad too'), 'script load error');
    expect(published.at(-1)).toBe('f:script@2 l:l@1');
  });

  it('blames nothing else of a batch in which a removal was refused', async () => {
    const { publisher, withheld } = scripted({ isUnknown: () => true });
    await publisher.publish(snapshotOf([resource('cluster', 'kept')]));
    const batch = new Map([
      ['kept', '1'],
      ['gone', undefined],
    ]);
    publisher.refused(typeUrls.cluster, batch, 'Error removing cluster gone');
    expect(withheld()).toEqual([]);
  });

  it('stays with it when other clients refuse the same version after it was taken back', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: ({ version }) => (version === 'bad' ? 'script load error' : undefined),
      clients: 3,
    });
    await publisher.publish(stateWith('1'));
    await publisher.publish(stateWith('bad'));
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({
      last: 'f:script@1 l:l@1',
      withheld: ['script'],
    });
  });

  it('goes back to it again when the next version comes before anybody has answered that it is back', async () => {
    let isUnknown = (_each: Pick<Resource, 'name' | 'version'>): boolean => false;
    const { publisher, published } = scripted({ isUnknown: (each) => isUnknown(each) });
    await publisher.publish(stateWith('1'));
    isUnknown = ({ version }) => version === 'bad';
    await publisher.publish(stateWith('bad'));
    publisher.refused(typeUrls.extensionConfig, script('bad'), 'script load error');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
    isUnknown = () => true;
    await publisher.publish(stateWith('worse'));
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
  });

  it('goes back to a version that was accepted only when it had been replaced', async () => {
    const answered = new Set<string>();
    const { publisher, published } = scripted({ isUnknown: ({ version }) => !answered.has(version) });
    for (const version of ['0', '1', 'bad', 'worse']) await publisher.publish(stateWith(version));
    answered.add('0');
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error');
    expect(published.at(-1)).toBe('f:script@0 l:l@1');
  });

  it('tries what came before where nobody has ever answered, and then the stand-in', async () => {
    const { publisher, published, withheld } = scripted({ isUnknown: () => true });
    for (const version of ['1', 'bad', 'worse', 'worst']) await publisher.publish(stateWith(version));
    // Of what has been replaced by now.
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error');
    publisher.refused(typeUrls.extensionConfig, script('worst'), 'script load error');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
    publisher.refused(typeUrls.extensionConfig, script('1'), 'script load error');
    await publisher.publish(stateWith('worst'));
    expect({ last: published.slice(-2), withheld: withheld() }).toEqual({
      last: ['f:script@1 l:l@1', 'f:script@none l:l@1'],
      withheld: ['script'],
    });
  });

  it('takes back a late refusal of a cluster together with the provider that came to name it', async () => {
    const { publisher, published } = scripted({ lingerMs: 60_000, isUnknown: ({ name }) => name === 'new' });
    const withAddress = (address: string, version: string): Snapshot =>
      snapshotOf([resource('cluster', address), resource('programProvider', 'p', version, address)]);
    await publisher.publish(withAddress('old', '1'));
    await publisher.publish(withAddress('new', '2'));
    expect(published.at(-1)).toBe('c:new@1 c:old@1 p:p@2');
    publisher.refused(typeUrls.cluster, new Map([['new', '1']]), 'cluster new: no');
    await publisher.publish(withAddress('new', '2'));
    expect(published.at(-1)).toBe('c:old@1 p:p@1');
    publisher.close();
  });

  it('leaves routes of the program alone that a refused route table does not concern', async () => {
    const { publisher, published } = scripted({ refuse: ({ version }) => (version === 'bad' ? 'no' : undefined) });
    const state = (table: string, changed: string, more: readonly Resource[] = [], before?: Snapshot): Snapshot => {
      const routes = [resource('programRoute', 'same'), resource('programRoute', 'changed', changed)];
      return snapshotOf([resource('route', 'table', table), ...routes, ...more], before);
    };
    const first = state('1', '1');
    await publisher.publish(first);
    await publisher.publish(state('bad', '2', [resource('programRoute', 'new')], first));
    expect(published.at(-1)).toBe('m:changed@1 m:same@1 r:table@1');
  });
});
