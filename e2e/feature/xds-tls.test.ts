import { connect } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { fromBinary } from '@bufbuild/protobuf';
import { type ChannelCredentials, Client, credentials, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { mayAsk } from '../../src/controller/peer-rule.ts';
import { ClientStatusResponseSchema } from '../../src/gen/sluice/status/v1/client_status_pb.js';
import { ok } from '../../src/lib/result.ts';
import { type Authority, createAuthority } from '../../src/pki/authority.ts';
import { issueLeaf } from '../../src/pki/leaf.ts';
import { type Certificate, createCertificate } from '../../src/practice/testing/certificate.ts';
import type { RefusedHandshake } from '../../src/xds/server/handshake.ts';
import { createXdsServer, type XdsServerTls } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { line, scriptedXdsClient } from './support/xds-client.ts';
import { clusterOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();
const [first, second, known, stranger] = [
  createCertificate(),
  createCertificate(),
  createCertificate(),
  createCertificate(),
];

async function start(tls: XdsServerTls, onRefusedHandshake: (refused: RefusedHandshake) => void = () => undefined) {
  const server = createXdsServer({ groupOf: () => ok('main'), tls, onRefusedHandshake });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close(500));
  server.publish('main', snapshotOf([clusterOf('a')]));
  return { server, port };
}

/** What a client gets that trusts `trusted` and shows `own`. */
async function outcome(port: number, trusted: Certificate, own?: Certificate, gateway?: string): Promise<string> {
  const client = scriptedXdsClient('delta', {
    port,
    credentials: showing(trusted, own),
    ...(gateway !== undefined && { node: { id: 'test', cluster: 'test', metadata: { gateway } } }),
  });
  try {
    client.ask('cluster', ['*']);
    const ended = client.ended().then(({ code }) => status[code] ?? 'unknown');
    return await Promise.race([client.next().then(line), ended]);
  } finally {
    client.close();
  }
}

/** Resolves when a client that trusts the server has been thrown out. */
function refusedAs(shown: ConnectionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      host: '127.0.0.1',
      ca: first.cert,
      servername: 'localhost',
      ALPNProtocols: ['h2'],
      ...shown,
    });
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.once('data', () => reject(new Error('it got in')));
  });
}

function showing(trusted: Certificate, own?: Certificate): ChannelCredentials {
  const [key, cert] = own === undefined ? [null, null] : [Buffer.from(own.key), Buffer.from(own.cert)];
  return credentials.createSsl(Buffer.from(trusted.cert), key, cert);
}

/** What CSDS says to who shows these credentials: each client with the names of what it was sent. */
async function clientsToldTo(port: number, shown: ChannelCredentials) {
  const channel = new Client(`127.0.0.1:${port}`, shown, { 'grpc.ssl_target_name_override': 'localhost' });
  cleanup(() => channel.close());
  const identity = (bytes: Buffer): Buffer => bytes;
  const method = '/envoy.service.status.v3.ClientStatusDiscoveryService/FetchClientStatus';
  const body = await new Promise<Buffer>((resolve, reject) => {
    channel.makeUnaryRequest(method, identity, identity, Buffer.alloc(0), (error, answer) =>
      error === null && answer !== undefined ? resolve(answer) : reject(error),
    );
  });
  const { config } = fromBinary(ClientStatusResponseSchema, new Uint8Array(body));
  return config.map(({ node, genericXdsConfigs }) => [node?.id, genericXdsConfigs.map(({ name }) => name)]);
}

async function clientLeaf(authority: Authority, uri: string | undefined): Promise<Certificate> {
  const leaf = await issueLeaf(authority, {
    commonName: 'test',
    ...(uri !== undefined && { uri }),
    use: 'client',
    now: new Date(),
  });
  if (!leaf.ok) throw new Error(leaf.error);
  return { cert: leaf.value.certificate, key: leaf.value.privateKey };
}

const asServer = ({ cert, key }: Certificate): XdsServerTls => ({ certificate: cert, privateKey: key });

describe('TLS of the xDS port', () => {
  it('serves clients that trust its certificate', async () => {
    const { port } = await start(asServer(first));
    expect(await outcome(port, first)).toBe('cluster: a');
    expect(await outcome(port, second)).toBe('UNAVAILABLE');
  });

  it('serves only clients with a certificate that it trusts, when told whom to trust', async () => {
    const { port } = await start({ ...asServer(first), clientCa: known.cert });
    expect(await outcome(port, first, known)).toBe('cluster: a');
    expect(await outcome(port, first, stranger)).toBe('UNAVAILABLE');
    expect(await outcome(port, first)).toBe('UNAVAILABLE');
  });

  it('tells of everybody who does not get in, why and from where', async () => {
    const seen: RefusedHandshake[] = [];
    const { port } = await start({ ...asServer(first), clientCa: known.cert }, (refused) => seen.push(refused));
    const next = () => expect.poll(() => seen.shift()?.reason, { timeout: 20_000 });
    expect(await outcome(port, first, known)).toBe('cluster: a');
    expect(seen).toEqual([]);

    await refusedAs({ port, cert: stranger.cert, key: stranger.key });
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(1);
    const code = 'DEPTH_ZERO_SELF_SIGNED_CERT';
    expect(seen.shift()).toEqual({ reason: 'certificate not trusted', code, from: '127.0.0.1' });

    await refusedAs({ port });
    await next().toBe('no certificate');
    await refusedAs({ port, cert: known.cert, key: known.key, ALPNProtocols: ['http/1.1'] });
    await next().toBe('no TLS');
    const plain = connect(port, '127.0.0.1', () => plain.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    plain.on('error', () => undefined);
    await next().toBe('no TLS');
    const probe = connect(port, '127.0.0.1', () => probe.end());
    await next().toBe('gave up');
  });

  it('does not take a session that goes on for a certificate', async () => {
    const { port } = await start({ ...asServer(first), clientCa: known.cert });
    const session = await new Promise<Buffer>((resolve) => {
      const socket = tlsConnect({
        host: '127.0.0.1',
        port,
        ca: first.cert,
        servername: 'localhost',
        cert: known.cert,
        key: known.key,
      });
      socket.once('session', (given) => {
        socket.destroy();
        resolve(given);
      });
    });
    await refusedAs({ port, session });
  });

  it('lets go of those who are in the middle of it when it closes, and does not call them refused', async () => {
    const seen: RefusedHandshake[] = [];
    const { server, port } = await start(asServer(first), (refused) => seen.push(refused));
    const silent = connect(port, '127.0.0.1');
    const ended = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    await server.close(60_000);
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([]);
  });

  it('says that its port is taken', async () => {
    const { port } = await start(asServer(first));
    const second = createXdsServer({ groupOf: () => ok('main'), tls: asServer(first) });
    cleanup(() => second.close(100));
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('survives those who break off as soon as hands are shaken, and speak no HTTP/2', async () => {
    const { port } = await start(asServer(first));
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const raw = connect(port, '127.0.0.1');
        const options = index % 2 === 0 ? {} : { ALPNProtocols: ['h2'] };
        const socket = tlsConnect({ socket: raw, ca: first.cert, servername: 'localhost', ...options });
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.once('secureConnect', resolve));
        raw.resetAndDestroy();
      }),
    );
    expect(await outcome(port, first)).toBe('cluster: a');
  });

  it('shows new certificates to new connections while the port stays open', async () => {
    const { server, port } = await start({ ...asServer(first), clientCa: known.cert });
    expect(await outcome(port, first, known)).toBe('cluster: a');
    server.reloadTls({ ...asServer(second), clientCa: stranger.cert });
    expect(await outcome(port, second, stranger)).toBe('cluster: a');
    expect(await outcome(port, first, known)).toBe('UNAVAILABLE');
  });

  it('keeps its certificates when new ones are unusable', async () => {
    const { server, port } = await start(asServer(first));
    expect(() => server.reloadTls({ certificate: first.cert, privateKey: second.key })).toThrow();
    expect(() => server.reloadTls({ certificate: 'no certificate', privateKey: first.key })).toThrow();
    expect(await outcome(port, first)).toBe('cluster: a');
  });

  /** A server of two gateways whose clients have certificates of one authority. */
  async function twoGateways() {
    const authority = await createAuthority({ name: 'Sluice', now: new Date() });
    const server = createXdsServer({
      groupOf: (node) => ok(node.metadata.gateway ?? ''),
      mayAsk: mayAsk('identity'),
      tls: { ...asServer(first), clientCa: authority.certificate },
    });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    cleanup(() => server.close(500));
    server.publish('team-a/edge', snapshotOf([clusterOf('a')]));
    server.publish('team-b/edge', snapshotOf([clusterOf('b')]));
    return { authority, server, port };
  }

  it('asks for whose gateway a certificate is, and turns others away in a sentence', async () => {
    const { authority, server, port } = await twoGateways();
    const turnedAway: string[] = [];
    server.onEvent((event) => event.kind === 'turned away' && turnedAway.push(event.text));
    const ofTeamA = await clientLeaf(authority, 'spiffe://sluice.dev/ns/team-a/gateway/edge');
    const nobody = await clientLeaf(authority, undefined);
    expect(await outcome(port, first, ofTeamA, 'team-a/edge')).toBe('cluster: a');
    expect(await outcome(port, first, ofTeamA, 'team-b/edge')).toBe('PERMISSION_DENIED');
    expect(await outcome(port, first, nobody, 'team-a/edge')).toBe('PERMISSION_DENIED');
    expect(turnedAway).toEqual([
      'The client certificate is for gateway "team-a/edge"; it does not permit to ask for gateway "team-b/edge".',
      'The client certificate names no gateway; it does not permit to ask for gateway "team-a/edge".',
    ]);
  });

  it('tells of the clients of its own gateway how they stand, and of no others', async () => {
    const { authority, port } = await twoGateways();
    const [ofTeamA, ofTeamB, nobody] = await Promise.all([
      clientLeaf(authority, 'spiffe://sluice.dev/ns/team-a/gateway/edge'),
      clientLeaf(authority, 'spiffe://sluice.dev/ns/team-b/gateway/edge'),
      clientLeaf(authority, undefined),
    ]);
    for (const [own, gateway] of [
      [ofTeamA, 'team-a/edge'],
      [ofTeamB, 'team-b/edge'],
    ] as const) {
      const client = scriptedXdsClient('delta', {
        port,
        credentials: showing(first, own),
        node: { id: gateway, cluster: 'test', metadata: { gateway } },
      });
      cleanup(() => client.close());
      client.ask('cluster', ['*']);
      await client.next();
    }
    expect(await clientsToldTo(port, showing(first, ofTeamA))).toEqual([['team-a/edge', ['a']]]);
    expect(await clientsToldTo(port, showing(first, ofTeamB))).toEqual([['team-b/edge', ['b']]]);
    expect(await clientsToldTo(port, showing(first, nobody))).toEqual([]);
  });

  it('cannot be switched on or off while the port is open', async () => {
    const { server } = await start(asServer(first));
    expect(() => server.reloadTls({ ...asServer(first), clientCa: known.cert })).toThrow('cannot change');
  });
});
