import { once } from 'node:events';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attemptsOf, caller } from '../support/caller.ts';
import { type Certificate, createAuthority } from '../support/certificates.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { apiKey, document, documents, gatewayDocument, model, provider } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * TLS on both sides of the gateway, with certificates in files that are replaced while it runs.
 */

const secret = 'sk-sluice-tls-test-key';
const listenerAuthority = createAuthority('authority of the listener');
const clientAuthority = createAuthority('authority of clients');
const providerAuthority = createAuthority('authority of the provider');
const gatewayAuthority = createAuthority('authority of the gateway towards providers');
const stranger = createAuthority('somebody else');

interface Seen {
  readonly version: string;
  readonly serverName: unknown;
  readonly client: unknown;
}

interface TlsProvider {
  readonly endpoint: string;
  /** Tells Envoy to come back over a new connection: those that are open keep the certificates they began with. */
  renewConnections(): void;
  close(): void;
}

/** A provider that tells what it saw of the connection. */
async function startTlsProvider(certificate: Certificate, clientCa?: string): Promise<TlsProvider> {
  const mutual = clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true, ca: clientCa };
  const server = createSecureServer(
    { cert: certificate.certificate, key: certificate.privateKey, allowHTTP1: true, ...mutual },
    (incoming, response) => {
      const socket = (incoming.httpVersion === '2.0' ? incoming.stream.session?.socket : incoming.socket) as TLSSocket;
      const seen: Seen = {
        version: incoming.httpVersion,
        serverName: socket.servername,
        client: socket.getPeerCertificate().serialNumber,
      };
      incoming.resume();
      incoming.on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(seen));
      });
    },
  );
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('sessionError', () => undefined);
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}/v1`,
    renewConnections: () => {
      for (const session of sessions) session.close();
    },
    close: () => void server.close(),
  };
}

let open: TlsProvider;
let mutual: TlsProvider;
let gateway: TestGateway;
let tlsPort: number;
const ask = caller(() => gateway.url, secret);
const seenBy = async (name: string): Promise<Seen> => {
  const answer = await ask({ model: name });
  expect(answer.status, answer.text).toBe(200);
  return JSON.parse(answer.text) as Seen;
};

beforeAll(async () => {
  open = await startTlsProvider(providerAuthority.issue('localhost', 'api.example.com'));
  mutual = await startTlsProvider(providerAuthority.issue('localhost'), gatewayAuthority.certificate);
  tlsPort = await freePort();
  const first = listenerAuthority.issue('localhost');
  const own = gatewayAuthority.issue();
  const tls = { ca: { file: 'provider-ca.pem' } };
  const mutualTls = {
    ...tls,
    clientCertificate: { certificate: { file: 'own.crt' }, key: { file: 'own.key' } },
  };
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': gatewayDocument([
        { name: 'http', port },
        { name: 'https', port: tlsPort, tls: 'server' },
      ]),
      'server.crt': first.certificate,
      'server.key': first.privateKey,
      'clients.pem': clientAuthority.certificate,
      'provider-ca.pem': providerAuthority.certificate,
      'own.crt': own.certificate,
      'own.key': own.privateKey,
      'policy.yaml': documents(
        provider('good', open.endpoint, { tls }),
        provider('mutual', mutual.endpoint, { tls: mutualTls }),
        provider('named', open.endpoint, { tls: { ...tls, serverName: 'api.example.com' } }),
        provider('without-certificate', mutual.endpoint, { tls }),
        provider('of-another-authority', open.endpoint, { tls: { ca: { file: 'clients.pem' } } }),
        provider('of-another-name', open.endpoint, { tls: { ...tls, serverName: 'other.example.com' } }),
        provider('of-no-public-authority', open.endpoint),
        model('good', ['good/m']),
        model('mutual', ['mutual/m']),
        model('named', ['named/m']),
        ...['without-certificate', 'of-another-authority', 'of-another-name', 'of-no-public-authority'].map((name) =>
          model(name, [`${name}/m`, 'good/m'], { retry: { coolDown: { failures: 0 } } }),
        ),
        apiKey('test', 'CALLER_KEY'),
      ),
    }),
    env: { CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  for (const each of [open, mutual]) each?.close();
});

describe('a provider over TLS', () => {
  it('is spoken to over HTTP/2 where it offers that, by its own name', async () => {
    expect(await seenBy('good')).toMatchObject({ version: '2.0', serverName: 'localhost' });
    expect(await seenBy('named')).toMatchObject({ version: '2.0', serverName: 'api.example.com' });
  });

  it("is shown the gateway's certificate where it asks for one", async () => {
    expect((await seenBy('mutual')).client).toMatch(/^[0-9A-F]+$/);
  });

  it.each(['of-another-authority', 'of-another-name', 'of-no-public-authority'])(
    'is left for the next one when its certificate is %s',
    async (name) => {
      const answer = await ask({ model: name });
      expect(answer.status, answer.text).toBe(200);
      expect(attemptsOf(answer)).toEqual([`${name}/m`, 'good/m']);
    },
  );

  it('is left for the next one when it refuses the gateway', async () => {
    expect(attemptsOf(await ask({ model: 'without-certificate' }))).toEqual(['without-certificate/m', 'good/m']);
  });

  it('is shown another certificate when that is replaced', async () => {
    const before = (await seenBy('mutual')).client;
    const next = gatewayAuthority.issue();
    await gateway.save({ 'own.key': next.privateKey, 'own.crt': next.certificate });
    await until('the provider sees the new one', async () => {
      mutual.renewConnections();
      return (await seenBy('mutual')).client !== before;
    });
  });

  it('is served on with what was good when its authority is replaced by nonsense', async () => {
    const documentOf = () => gateway.plane.status().documents.find(({ id }) => id === 'Provider/named');
    await gateway.save({ 'provider-ca.pem': '-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n' });
    await until('Envoy has refused it', () => documentOf()?.nack !== undefined, { seen: documentOf });
    expect(documentOf()).toMatchObject({ state: 'stale' });
    open.renewConnections();
    expect((await seenBy('named')).version).toBe('2.0');
    await gateway.save({ 'provider-ca.pem': providerAuthority.certificate });
    await until('it is mended', () => documentOf()?.nack === undefined);
    expect(documentOf()).toMatchObject({ state: 'in force' });
    expect((await seenBy('named')).version).toBe('2.0');
  });
});

describe('a listener with TLS', () => {
  interface TlsAnswer {
    readonly status: number | undefined;
    readonly serial: string;
  }

  /** On a connection of its own, so that each is a new handshake. */
  const askOverTls = (client?: Certificate): Promise<TlsAnswer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: tlsPort,
          servername: 'localhost',
          ca: listenerAuthority.certificate,
          ...(client && { cert: client.certificate, key: client.privateKey }),
          path: '/v1/chat/completions',
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
          agent: false,
        },
        (response) => {
          const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
          response.resume();
          response.on('end', () => resolve({ status: response.statusCode, serial: serialNumber }));
        },
      );
      sent.on('error', reject);
      sent.end(JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'Hello' }] }));
    });

  it('offers HTTP/2 and HTTP/1.1, and TLS 1.2 at least', async () => {
    expect((await askOverTls()).status).toBe(200);
    const handshake = async (options: object): Promise<string | false | null> => {
      const socket = connect({
        host: '127.0.0.1',
        port: tlsPort,
        servername: 'localhost',
        ca: listenerAuthority.certificate,
        ...options,
      });
      try {
        await once(socket, 'secureConnect');
        return socket.alpnProtocol;
      } finally {
        socket.destroy();
      }
    };
    expect(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).toBe('h2');
    expect(await handshake({ ALPNProtocols: ['http/1.1'] })).toBe('http/1.1');
    await expect(handshake({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  it('shows the new certificate when the files are replaced, and no handshake fails meanwhile', async () => {
    const { serial } = await askOverTls();
    const load = startLoad(2, async () => ((await askOverTls()).status === 200 ? undefined : 'failed'), 10);
    const next = listenerAuthority.issue('localhost');
    // Not at once: for longer than the files are looked at, the key does not fit the certificate.
    await gateway.save({ 'server.key': next.privateKey });
    await sleep(1_500);
    expect((await askOverTls()).serial).toBe(serial);
    await gateway.save({ 'server.crt': next.certificate });
    await until('the new certificate is shown', async () => (await askOverTls()).serial !== serial);
    expect(await gateway.envoy.stat('listener_manager.lds.update_rejected')).toBe(0);
    expect(gateway.plane.status().documents.find(({ id }) => id === 'Gateway/test')).toMatchObject({
      state: 'in force',
    });
    expect((await load.stop()).failures).toEqual([]);
  });

  it('lets in only those with a certificate when the policy asks for one', async () => {
    expect((await askOverTls()).status).toBe(200);
    await gateway.write(
      'clients.yaml',
      document('GatewayPolicy', 'clients', { clientCertificates: { ca: { file: 'clients.pem' } } }),
    );
    await until('clients without a certificate are refused', () =>
      askOverTls().then(
        () => false,
        () => true,
      ),
    );
    expect((await askOverTls(clientAuthority.issue())).status).toBe(200);
    await expect(askOverTls(stranger.issue())).rejects.toThrow();
    // The plain listener of the same gateway is not concerned.
    expect((await ask({ model: 'good' })).status).toBe(200);
  });

  it('lets in certificates of strangers, and nobody’s, where the Gateway says AllowInsecureFallback', async () => {
    await expect(askOverTls(stranger.issue())).rejects.toThrow();
    const caCertificateRefs = [{ group: '', kind: 'ConfigMap', name: 'clients' }];
    const validation = { caCertificateRefs, mode: 'AllowInsecureFallback' };
    const data = JSON.stringify({ 'ca.crt': clientAuthority.certificate });
    await gateway.save({
      // In place of the policy that wants a certificate of everybody.
      'clients.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: clients}\ndata: ${data}\n`,
      'gateway.yaml': gatewayDocument(
        [
          { name: 'http', port: Number(new URL(gateway.url).port) },
          { name: 'https', port: tlsPort, tls: 'server' },
        ],
        { tls: { frontend: { default: { validation } } } },
      ),
    });
    const status = (client?: Certificate) => askOverTls(client).then((answer) => answer.status, String);
    await until('a stranger is let in', async () => (await status(stranger.issue())) === 200);
    expect(await status(clientAuthority.issue())).toBe(200);
    expect(await status()).toBe(200);
  });
});
