import { fromBinary } from '@bufbuild/protobuf';
import { Client, credentials, status } from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { describe, expect, it } from 'vitest';
import { ClientStatusResponseSchema } from '../../src/gen/sluice/status/v1/client_status_pb.js';
import { ok } from '../../src/lib/result.ts';
import { createXdsServer, type XdsServer } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { typeUrls } from '../../src/xds/snapshot/type-url.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { scriptedXdsClient } from './support/xds-client.ts';
import { clusterOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();

async function start(): Promise<{ server: XdsServer; port: number }> {
  const server = createXdsServer({ groupOf: () => ok('main') });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close(500));
  return { server, port };
}

function connect(port: number, id: string) {
  const client = scriptedXdsClient('delta', { port, node: { id, cluster: 'gateways' } });
  cleanup(() => client.close());
  return client;
}

interface Answer {
  readonly code: status;
  readonly details: string;
  readonly body: Buffer;
}

function callUnary(port: number, method: string, request: Buffer): Promise<Answer> {
  const channel = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  cleanup(() => channel.close());
  const identity = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    channel.makeUnaryRequest(method, identity, identity, request, (error, body) =>
      resolve({ code: error?.code ?? status.OK, details: error?.details ?? '', body: body ?? Buffer.alloc(0) }),
    );
  });
}

describe('settled()', () => {
  const cluster = [typeUrls.cluster];

  it('resolves at once when nobody is connected', async () => {
    const { server } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    expect(await server.settled('main', cluster, 10)).toEqual({ isComplete: true, missing: [] });
  });

  it('waits for every client, and takes a refusal for an answer', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    const [one, two] = [connect(port, 'one'), connect(port, 'two')];
    one.ask('cluster', ['*']);
    two.ask('cluster', ['*']);
    const responses = await Promise.all([one.next(), two.next()]);
    let isSettled = false;
    const settled = server.settled('main', cluster, 5_000).then((settlement) => {
      isSettled = true;
      return settlement;
    });
    one.ack(responses[0]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSettled).toBe(false);
    two.nack(responses[1], 'no');
    expect(await settled).toEqual({ isComplete: true, missing: [] });
  });

  it('names who did not answer in time', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    const silent = connect(port, 'silent');
    silent.ask('cluster', ['*']);
    await silent.next();
    expect(await server.settled('main', cluster, 30)).toEqual({ isComplete: false, missing: ['silent'] });
  });

  it('does not wait for a client that goes away', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    const client = connect(port, 'leaving');
    client.ask('cluster', ['*']);
    await client.next();
    const settled = server.settled('main', cluster, 5_000);
    client.close();
    expect(await settled).toEqual({ isComplete: true, missing: [] });
  });
});

describe('withdraw()', () => {
  it('takes nothing from clients, and keeps nobody waiting for them', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    const client = connect(port, 'draining');
    client.ask('cluster', ['*']);
    const first = await client.next();
    const settled = server.settled('main', [typeUrls.cluster], 60_000);
    server.withdraw('main');
    expect(await settled).toEqual({ isComplete: true, missing: [] });
    client.ack(first);
    expect(await client.quiet(50)).toEqual([]);
    // To whom it has come back, only what is new is told.
    server.publish('main', snapshotOf([clusterOf('a'), clusterOf('b')]));
    expect(await client.next()).toMatchObject({ names: ['b'], removed: [] });
  });

  it('of the last group leaves the server healthy: there is nothing to serve now, and it knows', async () => {
    const { server, port } = await start();
    const health = async () => [...(await callUnary(port, '/grpc.health.v1.Health/Check', Buffer.alloc(0))).body];
    expect(await health()).toEqual([0x08, 2]);
    server.publish('main', snapshotOf([clusterOf('a')]));
    server.withdraw('main');
    expect(await health()).toEqual([0x08, 1]);
  });
});

describe('clients()', () => {
  it('tells who is connected and how each type stands', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a'), clusterOf('b')]));
    const client = connect(port, 'e1');
    client.ask('cluster', ['*']);
    const response = await client.next();
    const types = () => server.clients().map((each) => each.types.map(({ accepted, state }) => [accepted, state]));
    expect(server.clients()[0]).toMatchObject({ node: { id: 'e1', cluster: 'gateways' }, group: 'main' });
    expect(types()).toEqual([[[0, 'pending']]]);
    client.ack(response);
    await server.settled('main', [typeUrls.cluster], 1_000);
    expect(types()).toEqual([[[2, 'synced']]]);
  });
});

describe('CSDS', () => {
  const method = '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus';

  async function withRefusal(): Promise<number> {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    const client = connect(port, 'e1');
    client.ask('cluster', ['*']);
    client.ack(await client.next());
    server.publish('main', snapshotOf([clusterOf('a'), clusterOf('b')]));
    client.nack(await client.next(), 'b { secret_access_key: "hunter2" } is bad');
    await server.settled('main', [typeUrls.cluster], 1_000);
    return port;
  }

  it('tells what every client accepted and refused, without contents', async () => {
    const { body } = await callUnary(await withRefusal(), method, Buffer.alloc(0));
    const { config } = fromBinary(ClientStatusResponseSchema, new Uint8Array(body));
    expect(config.map(({ node }) => [node?.id, node?.cluster])).toEqual([['e1', 'gateways']]);
    const resources = config[0]?.genericXdsConfigs ?? [];
    expect(resources.map(({ name, clientStatus, errorState }) => [name, clientStatus, errorState?.details])).toEqual([
      ['a', 3, undefined],
      ['b', 4, 'b { secret_access_key: "[masked]" } is bad'],
    ]);
    expect(resources.every(({ xdsConfig }) => xdsConfig === undefined)).toBe(true);
  });

  /** A matcher of `node_id`, as tools send it: field 1 of the request, and in it the field of the comparison. */
  function asking(field: number, value: string): Buffer {
    const nested = (number: number, bytes: Buffer): Buffer =>
      Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
    return nested(1, nested(1, nested(field, Buffer.from(value))));
  }

  it.each([
    ['all', Buffer.alloc(0), ['edge-1', 'edge-2', 'Inner']],
    ['one by its id', asking(1, 'edge-1'), ['edge-1']],
    ['those whose id begins so', asking(2, 'edge'), ['edge-1', 'edge-2']],
    ['those whose id ends so', asking(3, '-2'), ['edge-2']],
    ['those whose id holds it', asking(7, 'ne'), ['Inner']],
    ['those of either', Buffer.concat([asking(1, 'edge-2'), asking(1, 'Inner')]), ['edge-2', 'Inner']],
    ['nobody', asking(1, 'edge'), []],
  ])('tells of the clients that are asked for: %s', async (_name, request, ids) => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([clusterOf('a')]));
    for (const id of ['edge-1', 'edge-2', 'Inner']) {
      const client = connect(port, id);
      client.ask('cluster', ['*']);
      await client.next();
    }
    const { body } = await callUnary(port, method, request);
    const { config } = fromBinary(ClientStatusResponseSchema, new Uint8Array(body));
    expect(config.map(({ node }) => node?.id)).toEqual(ids);
  });

  it('says of a question that it does not understand which ones it does', async () => {
    const { code, details } = await callUnary(await withRefusal(), method, asking(5, ''));
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toBe('node_id is matched by exact, prefix, suffix or contains only.');
  });

  it('is read alike by the definitions that gRPC brings along', async () => {
    const port = await withRefusal();
    const root = 'node_modules/@grpc/grpc-js-xds/deps';
    const definition = await load('envoy/service/status/v3/csds.proto', {
      includeDirs: ['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((each) => `${root}/${each}`),
      enums: String,
    });
    const service = definition['envoy.service.status.v3.ClientStatusDiscoveryService'] as unknown as Readonly<
      Record<string, { path: string; responseDeserialize(bytes: Buffer): unknown }>
    >;
    const fetchStatus = service.FetchClientStatus;
    expect(fetchStatus?.path).toBe(method);
    const { body } = await callUnary(port, method, Buffer.alloc(0));
    expect(fetchStatus?.responseDeserialize(body)).toMatchObject({
      config: [
        {
          node: { id: 'e1' },
          genericXdsConfigs: [
            { typeUrl: typeUrls.cluster, name: 'a', configStatus: 'SYNCED', clientStatus: 'ACKED' },
            {
              name: 'b',
              configStatus: 'ERROR',
              clientStatus: 'NACKED',
              errorState: { details: 'b { secret_access_key: "[masked]" } is bad' },
            },
          ],
        },
      ],
    });
  });
});

describe('the health service', () => {
  const check = '/grpc.health.v1.Health/Check';
  const [serving, notServing] = [Buffer.from([8, 1]), Buffer.from([8, 2])];

  it('is not serving before there is something to serve', async () => {
    const { server, port } = await start();
    expect((await callUnary(port, check, Buffer.alloc(0))).body).toEqual(notServing);
    server.publish('main', snapshotOf([]));
    expect((await callUnary(port, check, Buffer.alloc(0))).body).toEqual(serving);
  });

  it('knows the service that it answers for, and no other', async () => {
    const { server, port } = await start();
    server.publish('main', snapshotOf([]));
    const ask = (name: string) =>
      callUnary(port, check, Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]));
    expect((await ask('envoy.service.discovery.v3.AggregatedDiscoveryService')).body).toEqual(serving);
    expect((await ask('other')).code).toBe(status.NOT_FOUND);
  });

  it('tells those who watch, up to the close', async () => {
    const { server, port } = await start();
    const channel = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    cleanup(() => channel.close());
    const identity = (bytes: Buffer): Buffer => bytes;
    const watch = channel.makeServerStreamRequest('/grpc.health.v1.Health/Watch', identity, identity, Buffer.alloc(0));
    const seen: Buffer[] = [];
    const ended = new Promise<void>((resolve) => watch.on('status', () => resolve()));
    watch.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      watch.on('data', (answer: Buffer) => {
        seen.push(answer);
        resolve();
      });
    });
    server.publish('main', snapshotOf([]));
    server.publish('main', snapshotOf([clusterOf('a')]));
    await server.close(1_000);
    await ended;
    expect(seen).toEqual([notServing, serving, notServing]);
  });
});
