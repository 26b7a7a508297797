import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { apiKey, documents, gatewayDocument, smallModel } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * Several listeners on one port of a real Envoy: told apart by the host that the client names, in the handshake and in
 * the request.
 */

const secret = 'sk-sluice-hosts-test-key';
const authority = createAuthority('authority of the listeners');

let recording: RecordingProvider;
let gateway: TestGateway;
let tlsPort: number;

const plain = ['one.example.com', '*.example.com'];

beforeAll(async () => {
  recording = await startRecordingProvider((response) => answerJson(response, 200, {}));
  tlsPort = await freePort();
  const [one, any] = [authority.issue('one.example.com'), authority.issue('any.example.com')];
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': gatewayDocument([
        ...plain.map((hostname) => ({ hostname, port })),
        { hostname: 'one.example.com', port: tlsPort, tls: 'one' },
        { hostname: '*.example.com', port: tlsPort, tls: 'any' },
      ]),
      'one.crt': one.certificate,
      'one.key': one.privateKey,
      'any.crt': any.certificate,
      'any.key': any.privateKey,
      'policy.yaml': documents(smallModel(recording.port), apiKey('ana', 'CALLER_KEY')),
    }),
    env: { CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await recording?.close();
});

interface Seen {
  readonly status: number;
  readonly certificate: string;
}

/** `serverName` absent: no TLS; empty: TLS without a name, as by address. */
function ask(host: string, serverName?: string, path = '/v1/models'): Promise<Seen> {
  const headers = { host, authorization: `Bearer ${secret}` };
  const common = { host: '127.0.0.1', path, headers, agent: false };
  return new Promise((resolve, reject) => {
    const request =
      serverName === undefined
        ? plainRequest({ ...common, port: gateway.port })
        : tlsRequest({ ...common, port: tlsPort, servername: serverName, rejectUnauthorized: false });
    request.on('response', (response) => {
      const socket = response.socket as Partial<TLSSocket>;
      const certificate = socket.getPeerCertificate?.().subjectaltname ?? '';
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, certificate }));
    });
    request.on('error', reject);
    request.end();
  });
}

describe('several hosts on one port', () => {
  it.each([
    ['one.example.com', 200],
    ['any.example.com', 200],
    ['a.b.example.com', 200],
    ['example.com', 404],
    ['other.test', 404],
  ])('without TLS: %s is answered with %i', async (host, status) => {
    expect((await ask(host)).status).toBe(status);
  });

  it.each([
    ['one.example.com', 'one.example.com', 200],
    ['any.example.com', 'any.example.com', 200],
    ['a.b.example.com', 'any.example.com', 200],
    ['other.test', 'one.example.com', 404],
    ['', 'one.example.com', 404],
  ])('with TLS: %s is shown the certificate of %s and answered with %i', async (name, certificate, status) => {
    expect(await ask(name || '127.0.0.1', name)).toEqual({ status, certificate: `DNS:${certificate}` });
  });

  it('with TLS: a connection serves every host of the port, and no other', async () => {
    expect((await ask('any.example.com', 'one.example.com')).status).toBe(200);
    expect((await ask('other.test', 'one.example.com')).status).toBe(404);
    expect((await ask('127.0.0.1', '', '/healthz')).status).toBe(200);
  });

  it('may be joined by another one, and one of them may get another name or go, while requests run', async () => {
    const load = startLoad(
      2,
      async () => {
        const { status } = await ask('one.example.com');
        return status === 200 ? undefined : `status ${status}`;
      },
      20,
    );
    const publish = (...hosts: readonly { readonly hostname: string; readonly name?: string }[]) =>
      gateway.write('gateway.yaml', gatewayDocument(hosts.map((each) => ({ ...each, port: gateway.port }))));
    await publish({ hostname: 'one.example.com' }, { hostname: 'two.test' });
    await expect.poll(async () => (await ask('two.test')).status).toBe(200);
    expect((await ask('any.example.com')).status).toBe(404);
    await publish({ hostname: 'one.example.com', name: 'renamed' });
    await expect.poll(async () => (await ask('two.test')).status).toBe(404);
    const { failures } = await load.stop();
    expect(failures).toEqual([]);
  });
});
