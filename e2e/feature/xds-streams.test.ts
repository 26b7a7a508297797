import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../src/lib/result.ts';
import { createXdsServer, type XdsServer, type XdsServerOptions } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { line, type ScriptedClientOptions, scriptedXdsClient } from './support/xds-client.ts';
import { assignmentOf, clusterOf, keyOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();

async function start(options: Partial<XdsServerOptions> = {}): Promise<{ server: XdsServer; port: number }> {
  const server = createXdsServer({ groupOf: () => ok('main'), ...options });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close(500));
  return { server, port };
}

function connect(variant: 'sotw' | 'delta', options: ScriptedClientOptions) {
  const client = scriptedXdsClient(variant, options);
  cleanup(() => client.close());
  return client;
}

const two = snapshotOf([clusterOf('a'), clusterOf('b'), assignmentOf('a')]);

async function eventually(check: () => boolean): Promise<void> {
  for (let tries = 0; !check(); tries++) {
    if (tries > 200) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('an xDS stream', () => {
  it.each(['sotw', 'delta'] as const)('is refused without a type URL when it is aggregated (%s)', async (variant) => {
    const { port } = await start();
    const client = connect(variant, { port });
    client.ask(undefined);
    expect(await client.ended()).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'A request on an aggregated stream must carry a type_url.',
    });
  });

  it('is refused when its first request tells no node', async () => {
    const { port } = await start();
    const client = connect('delta', { port, node: {} });
    client.ask('cluster');
    expect(await client.ended()).toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it('tells an unsupported Envoy so in a sentence, and an event', async () => {
    const { server, port } = await start({
      acceptsEnvoy: (version) => (version === '1.40.0' ? ok(undefined) : err(`Envoy ${version} is not supported.`)),
    });
    const turnedAway: string[] = [];
    server.onEvent((event) => event.kind === 'turned away' && turnedAway.push(`${event.node.id}: ${event.text}`));
    const version = { majorNumber: 1, minorNumber: 36, patch: 2 };
    const userAgentVersionType = { case: 'userAgentBuildVersion', value: { version } } as const;
    const client = connect('delta', { port, node: { id: 'old', userAgentName: 'envoy', userAgentVersionType } });
    client.ask('cluster');
    expect(await client.ended()).toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: 'Envoy 1.36.2 is not supported.',
    });
    expect(turnedAway).toEqual(['old: Envoy 1.36.2 is not supported.']);
  });

  it('is answered type by type, with the node in the first request only', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const client = connect('delta', { port });
    client.ask('cluster', ['*']);
    expect(line(await client.next())).toBe('cluster: a b');
    client.ask('endpoint', ['a']);
    expect(line(await client.next())).toBe('endpoint: a');
  });

  it('carries types that nobody knows without harm', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const client = connect('sotw', { port, acks: true });
    client.ask('runtime', ['layer']);
    client.ask('extensionConfig', ['filter']);
    client.ask('cluster');
    expect(line(await client.next())).toBe('cluster: a b');
  });

  it('ends when it asks for more types than there can be', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const client = connect('delta', { port });
    for (let index = 0; index < 65; index++) client.ask(`type.googleapis.com/unheard.of.Type${index}`);
    expect(await client.ended()).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });

  it('waits without an answer until its group has a first complete state', async () => {
    const { server, port } = await start();
    const client = connect('delta', { port });
    client.ask('cluster', ['*']);
    expect(await client.quiet(100)).toEqual([]);
    server.publish('other', snapshotOf([clusterOf('x')]));
    expect(await client.quiet(50)).toEqual([]);
    server.publish('main', two);
    expect(line(await client.next())).toBe('cluster: a b');
  });

  it('may be mixed with others of the other variant', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const [sotw, delta] = [connect('sotw', { port, acks: true }), connect('delta', { port, acks: true })];
    sotw.ask('cluster');
    delta.ask('cluster', ['*']);
    await Promise.all([sotw.next(), delta.next()]);
    server.publish('main', snapshotOf([clusterOf('a', 2), clusterOf('b'), assignmentOf('a')]));
    expect([line(await sotw.next()), line(await delta.next())]).toEqual(['cluster: a b', 'cluster: a']);
  });

  const perType = [
    ['envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters', 'cluster', 'cluster: a b'],
    ['envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints', 'endpoint', 'endpoint: a'],
  ] as const;
  it.each(perType)('of %s needs no type URL', async (service, suffix, type, expected) => {
    const { server, port } = await start();
    server.publish('main', two);
    for (const [variant, prefix] of [
      ['sotw', 'Stream'],
      ['delta', 'Delta'],
    ] as const) {
      const client = connect(variant, { port, method: `/${service}/${prefix}${suffix}` });
      client.ask(undefined, type === 'endpoint' ? ['a'] : []);
      expect(line(await client.next())).toBe(expected);
    }
  });

  it('of one type refuses another', async () => {
    const { port } = await start();
    const method = '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets';
    const client = connect('delta', { port, method });
    client.ask('cluster', ['*']);
    expect(await client.ended()).toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it.each(['LISTENER', 'ROUTE', 'CLUSTER', 'ENDPOINT', 'SECRET', 'RUNTIME', 'EXTENSION'])(
    'is served for %s alone, in both variants',
    async (name) => {
      const services: Readonly<Record<string, readonly [string, string]>> = {
        LISTENER: ['envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners'],
        ROUTE: ['envoy.service.route.v3.RouteDiscoveryService', 'Routes'],
        CLUSTER: ['envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters'],
        ENDPOINT: ['envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints'],
        SECRET: ['envoy.service.secret.v3.SecretDiscoveryService', 'Secrets'],
        RUNTIME: ['envoy.service.runtime.v3.RuntimeDiscoveryService', 'Runtime'],
        EXTENSION: ['envoy.service.extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs'],
      };
      const [service, suffix] = services[name] ?? ['', ''];
      const { server, port } = await start();
      for (const [variant, prefix] of [
        ['sotw', 'Stream'],
        ['delta', 'Delta'],
      ] as const) {
        const client = connect(variant, { port, method: `/${service}/${prefix}${suffix}` });
        client.ask(undefined, ['x']);
        await eventually(() => server.clients().length > 0);
        client.close();
        await eventually(() => server.clients().length === 0);
      }
    },
  );

  it('that the client half-closes is ended in good order', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const client = connect('delta', { port });
    client.ask('cluster', ['*']);
    await client.next();
    client.halfClose();
    expect(await client.ended()).toMatchObject({ code: status.OK });
    expect(server.clients()).toEqual([]);
  });

  it('leaves nothing behind, in whatever state it is cut', async () => {
    const { server, port } = await start();
    const events: string[] = [];
    server.onEvent((event) => events.push(event.kind));
    const before = connect('delta', { port });
    before.close();
    const waiting = connect('delta', { port });
    waiting.ask('cluster', ['*']);
    await eventually(() => server.clients().length === 1);
    waiting.close();
    await eventually(() => server.clients().length === 0);
    server.publish('main', two);
    const inFlight = connect('sotw', { port });
    inFlight.ask('cluster');
    await inFlight.next();
    server.publish('main', snapshotOf([clusterOf('a', 2)]));
    inFlight.close();
    await eventually(() => server.clients().length === 0);
    server.publish('main', two);
    expect(events).toEqual(['connected', 'disconnected', 'connected', 'disconnected']);
  });

  it('tells about refusals with the text and the names of the batch', async () => {
    const { server, port } = await start();
    const nacks: unknown[] = [];
    server.onEvent((event) => {
      if (event.kind === 'nack') nacks.push([event.node.id, event.group, event.names, event.text]);
    });
    server.publish('main', two);
    const client = connect('delta', { port });
    client.ask('cluster', ['*']);
    client.nack(await client.next(), 'Error adding/updating cluster(s) b: bad');
    await eventually(() => nacks.length > 0);
    expect(nacks).toEqual([['test', 'main', ['a', 'b'], 'Error adding/updating cluster(s) b: bad']]);
    expect(server.clients()[0]?.types).toMatchObject([{ state: 'nacked', accepted: 0, nack: { suspects: ['b'] } }]);
    server.publish('main', snapshotOf([clusterOf('a'), clusterOf('b')]));
    expect(await client.quiet(100)).toEqual([]);
  });

  it('is one of many: a hundred get each change once', async () => {
    const { server, port } = await start();
    server.publish('main', two);
    const clients = Array.from({ length: 100 }, (_, index) =>
      connect(index % 2 === 0 ? 'sotw' : 'delta', { port, acks: true, node: { id: `n${index}` } }),
    );
    for (const client of clients) client.ask('cluster', ['*']);
    await Promise.all(clients.map((client) => client.next()));
    await server.settled('main', ['type.googleapis.com/envoy.config.cluster.v3.Cluster'], 5_000);
    // Half of them go away in the middle of it.
    for (const client of clients.slice(50)) client.close();
    server.publish('main', snapshotOf([clusterOf('a', 2), clusterOf('b')]));
    const got = await Promise.all(clients.slice(0, 50).map(async (client) => line(await client.next())));
    expect(new Set(got)).toEqual(new Set(['cluster: a b', 'cluster: a']));
  });

  it('ends with UNAVAILABLE when the server closes, so that clients go elsewhere', async () => {
    const server = createXdsServer({ groupOf: () => ok('main') });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    server.publish('main', two);
    const [idle, busy] = [connect('delta', { port }), connect('sotw', { port })];
    idle.ask('secret', ['x']);
    busy.ask('cluster');
    await busy.next();
    await eventually(() => server.clients().length === 2);
    await server.close(2_000);
    expect((await Promise.all([idle.ended(), busy.ended()])).map(({ code }) => code)).toEqual([
      status.UNAVAILABLE,
      status.UNAVAILABLE,
    ]);
  });

  it('ends with UNAVAILABLE when it has reached its greatest age', async () => {
    const { port } = await start({ maxConnectionAgeMs: 200, random: () => 0 });
    const client = connect('delta', { port });
    client.ask('cluster', ['*']);
    expect(await client.ended()).toMatchObject({ code: status.UNAVAILABLE });
  });

  it('takes messages beyond the 4 MiB that gRPC allows by default, in both directions', async () => {
    const { server, port } = await start();
    const filler = 'x'.repeat(1000);
    server.publish('main', snapshotOf(Array.from({ length: 6_000 }, (_, index) => keyOf(`k${index}`, filler))));
    const client = connect('delta', { port });
    client.ask('programKey', ['*']);
    const all = await client.next();
    expect(all.names).toHaveLength(6_000);
    expect(all.bytes).toBeGreaterThan(4 * 1024 * 1024);
    const names = Array.from({ length: 5_000 }, (_, index) => `${filler}${index}`);
    client.ack(all, { names });
    expect((await client.next()).removed).toHaveLength(5_000);
  });

  it('that does not read is told the newest state when it reads again, not every state', async () => {
    const { server, port } = await start();
    const big = (version: number) =>
      snapshotOf(Array.from({ length: 2_000 }, (_, index) => keyOf(`k${index}`, `${version}${'x'.repeat(1000)}`)));
    server.publish('main', big(0));
    const client = connect('delta', { port, acks: true });
    client.ask('programKey', ['*']);
    await client.next();
    client.pause();
    for (let version = 1; version <= 20; version++) server.publish('main', big(version));
    client.resume();
    const { isComplete } = await server.settled('main', ['type.googleapis.com/sluice.program.v1.ApiKey'], 5_000);
    expect(isComplete).toBe(true);
    expect(client.received.length).toBeLessThanOrEqual(3);
  });
});
