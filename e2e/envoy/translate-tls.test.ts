import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { GatewayModel } from '../../src/model/gateway.ts';
import { type Certificate, createAuthority } from '../support/certificates.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { carryOut, type Plan } from '../support/scripted-plan.ts';
import { startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();
const authority = createAuthority('authority of the test');

async function gateway(model: GatewayModel, plan: Plan = { chain: [] }, systemCaFile = '/no/such/file') {
  const processor = await startScriptedProcessor(carryOut(plan));
  atEnd(() => processor.close());
  const running = await startTranslatedEnvoy(model, {
    processors: [{ host: '127.0.0.1', port: processor.port }],
    systemCaFile,
  });
  atEnd(() => running.stop());
  return running;
}

/** A provider that tells what it saw of the connection. */
async function tlsProvider(certificate: Certificate): Promise<number> {
  const server = createSecureServer(
    { cert: certificate.certificate, key: certificate.privateKey, allowHTTP1: true },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      response.end(JSON.stringify({ version: request.httpVersion, serverName: socket.servername }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('a provider behind TLS', () => {
  const model = (port: number, tls: { readonly serverName: string; readonly ca?: string }): GatewayModel =>
    gatewayModel({
      providers: [
        providerModel('a', port, { endpoint: { host: 'localhost', port, basePath: '' }, tls }),
        providerModel('other', port, { tls: { serverName: 'localhost', ca: 'ca' } }),
      ],
      secrets: [{ name: 'ca', kind: 'trustedCa', certificates: authority.certificate }],
    });
  const ask = async (port: number) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, { method: 'POST', body: '{}' });
    return { status: response.status, body: await response.text() };
  };

  it('is spoken to over HTTP/2 with its name, and verified against its own authority', async () => {
    const port = await tlsProvider(authority.issue('localhost'));
    const running = await gateway(model(port, { serverName: 'localhost', ca: 'ca' }), { chain: ['provider/a'] });
    const answer = await ask(await running.port('http'));
    expect(answer).toEqual({ status: 200, body: '{"version":"2.0","serverName":"localhost"}' });
  });

  it("is verified against the system's authorities where it names none", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-ca-'));
    atEnd(() => rm(folder, { recursive: true }));
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.certificate);
    const port = await tlsProvider(authority.issue('localhost'));
    const running = await gateway(model(port, { serverName: 'localhost' }), { chain: ['provider/a'] }, file);
    expect((await ask(await running.port('http'))).status).toBe(200);
  });

  it('is left for the next one when its certificate carries another name', async () => {
    const port = await tlsProvider(authority.issue('localhost'));
    const chain = ['provider/a', 'provider/other'];
    const running = await gateway(model(port, { serverName: 'api.example.com', ca: 'ca' }), { chain });
    const answer = await ask(await running.port('http'));
    expect(answer).toEqual({ status: 200, body: '{"version":"2.0","serverName":"localhost"}' });
    expect(await running.envoy.stat('cluster.provider/a.ssl.fail_verify_san')).toBe(1);
  });

  it('is left for the next one when nobody trusted has signed its certificate', async () => {
    const port = await tlsProvider(createAuthority('somebody').issue('localhost'));
    const running = await gateway(model(port, { serverName: 'localhost', ca: 'ca' }), { chain: ['provider/a'] });
    expect((await ask(await running.port('http'))).status).toBe(503);
    expect(await running.envoy.stat('cluster.provider/a.ssl.fail_verify_error')).toBe(1);
  });
});

describe('a listener with TLS', () => {
  const model = (certificate: Certificate, isClientCertificateRequired = false): GatewayModel =>
    gatewayModel({
      listeners: [
        {
          name: 'https',
          address: '127.0.0.1',
          port: 0,
          hostnames: [],
          tls: {
            certificates: ['own'],
            isClientCertificateRequired,
            ...(isClientCertificateRequired && { clientCa: 'ca' }),
          },
          origins: [],
        },
      ],
      secrets: [
        { name: 'ca', kind: 'trustedCa', certificates: authority.certificate },
        { name: 'own', kind: 'certificate', ...certificate },
      ],
    });

  /** Asks for the health page, so that a certificate refused after the handshake (TLS 1.3) is noticed. */
  function handshake(port: number, own?: Certificate): Promise<{ names: string; protocol: string | false }> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: authority.certificate,
        ALPNProtocols: ['http/1.1'],
        checkServerIdentity: () => undefined,
        ...(own && { cert: own.certificate, key: own.privateKey }),
      });
      let peer: PeerCertificate | undefined;
      socket.on('secureConnect', () => {
        peer = socket.getPeerCertificate();
        socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      });
      socket.on('data', (data) => {
        socket.destroy();
        if (!data.toString().startsWith('HTTP/1.1 200')) reject(new Error(data.toString()));
        else resolve({ names: peer?.subjectaltname ?? '', protocol: socket.alpnProtocol ?? false });
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed without an answer')));
    });
  }

  it('shows the certificate of its secret, and the next one after a rotation without a new listener', async () => {
    const running = await gateway(model(authority.issue('first.example.com')));
    const port = await running.port('https');
    expect(await handshake(port)).toEqual({ names: 'DNS:first.example.com', protocol: 'http/1.1' });
    expect(await running.publish(model(authority.issue('second.example.com')))).toEqual([]);
    await expect.poll(async () => (await handshake(port)).names).toBe('DNS:second.example.com');
    expect(await running.envoy.stat('listener_manager.listener_modified')).toBe(0);
  });

  it('serves only clients with a certificate where it asks for one', async () => {
    const running = await gateway(model(authority.issue('localhost'), true));
    const port = await running.port('https');
    await expect(handshake(port)).rejects.toThrow();
    await expect(handshake(port, createAuthority('somebody').issue())).rejects.toThrow();
    expect((await handshake(port, authority.issue())).names).toBe('DNS:localhost');
  });
});
