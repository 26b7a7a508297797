import { credentials, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/lib/result.ts';
import { type Certificate, createCertificate } from '../../src/practice/testing/certificate.ts';
import { createXdsServer, type XdsServer, type XdsServerTls } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { line, scriptedXdsClient } from './support/xds-client.ts';
import { clusterOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();

async function start(tls: XdsServerTls): Promise<{ server: XdsServer; port: number }> {
  const server = createXdsServer({ groupOf: () => ok('main'), tls });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close(500));
  server.publish('main', snapshotOf([clusterOf('a')]));
  return { server, port };
}

/** What a client gets that trusts `trusted` and shows `own`. */
async function outcome(port: number, trusted: Certificate, own?: Certificate): Promise<string> {
  const [key, cert] = own === undefined ? [null, null] : [Buffer.from(own.key), Buffer.from(own.cert)];
  const client = scriptedXdsClient('delta', {
    port,
    credentials: credentials.createSsl(Buffer.from(trusted.cert), key, cert),
  });
  try {
    client.ask('cluster', ['*']);
    const ended = client.ended().then(({ code }) => status[code] ?? 'unknown');
    return await Promise.race([client.next().then(line), ended]);
  } finally {
    client.close();
  }
}

const asServer = ({ cert, key }: Certificate): XdsServerTls => ({ certificate: cert, privateKey: key });

describe('TLS of the xDS port', () => {
  const [first, second, known, stranger] = [
    createCertificate(),
    createCertificate(),
    createCertificate(),
    createCertificate(),
  ];

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

  it('cannot be switched on or off while the port is open', async () => {
    const { server } = await start(asServer(first));
    expect(() => server.reloadTls({ ...asServer(first), clientCa: known.cert })).toThrow('cannot change');
  });
});
