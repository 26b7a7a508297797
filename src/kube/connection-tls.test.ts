import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { type Authority, createAuthority } from '../pki/authority.ts';
import { issueLeaf } from '../pki/leaf.ts';
import { connectKubeClient } from './client.ts';
import { kubeErrorText } from './error.ts';

const now = new Date();
const [one, other] = await Promise.all(['one', 'other'].map((name) => createAuthority({ name, now })));
if (one === undefined || other === undefined) throw new Error('there are no authorities');

async function leafOf(authority: Authority, commonName: string, use: 'server' | 'client', dnsNames?: string[]) {
  const names = dnsNames === undefined ? { ipAddresses: ['127.0.0.1'] } : { dnsNames };
  const leaf = await issueLeaf(authority, { commonName, ...names, use, now });
  if (!leaf.ok) throw new Error(leaf.error);
  return { cert: leaf.value.certificate, key: leaf.value.privateKey };
}

afterEach(() => void vi.unstubAllEnvs());

/** An API server with this certificate, called with a kubeconfig of which these are the cluster and the user. */
async function serving(leaf: { readonly cert: string; readonly key: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
  const file = (name: string): string => join(folder, name);
  const seen: { name: string | undefined; authorization: string | undefined; port: number | undefined }[] = [];
  const server = createServer({ ...leaf, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const name = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
    const common = Array.isArray(name) ? name[0] : name;
    seen.push({ name: common, authorization: request.headers.authorization, port: request.socket.remotePort });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });
  return {
    file,
    seen,
    setLeaf: (next: typeof leaf) => server.setSecureContext(next),
    async connected(cluster: object, user: object = {}, kubeconfig: string | undefined = file('config')) {
      const text = JSON.stringify({
        clusters: [{ name: 'test', cluster: { server: address, ...cluster } }],
        users: [{ name: 'test', user }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        'current-context': 'test',
      });
      await writeFile(file('config'), text);
      const client = await connectKubeClient({ ...(kubeconfig !== '' && { kubeconfig }), timeoutMs: 5_000 });
      if (!client.ok) throw new Error(client.error);
      onTestFinished(() => client.value.close());
      return async (): Promise<string> => {
        const answer = await client.value.raw('/version');
        return answer.ok ? 'answered' : kubeErrorText(answer.error);
      };
    },
  };
}

it('trusts the authority whose certificate is in the file now, and no other', async () => {
  const server = await serving(await leafOf(one, 'api', 'server'));
  await writeFile(server.file('ca.crt'), one.certificate);
  const call = await server.connected({ 'certificate-authority': server.file('ca.crt') });
  expect([await call(), await call()]).toEqual(['answered', 'answered']);
  expect(server.seen[0]?.port).toBe(server.seen[1]?.port);
  server.setLeaf(await leafOf(other, 'api', 'server'));
  await writeFile(server.file('ca.crt'), other.certificate);
  expect(await call()).toBe('answered');
  expect(server.seen[2]?.port).not.toBe(server.seen[1]?.port);
  await writeFile(server.file('ca.crt'), one.certificate);
  expect(await call()).toMatch(/^Unreachable: /);
  await rm(server.file('ca.crt'));
  expect(await call()).toMatch(/^Unauthenticated: there is no usable credential: ENOENT/);
});

it('shows the certificate that is in the files now', async () => {
  const server = await serving(await leafOf(one, 'api', 'server'));
  const write = async (name: string): Promise<void> => {
    const { cert, key } = await leafOf(one, name, 'client');
    await Promise.all([writeFile(server.file('crt'), cert), writeFile(server.file('key'), key)]);
  };
  await write('first');
  const call = await server.connected(
    { 'certificate-authority-data': Buffer.from(one.certificate).toString('base64') },
    { 'client-certificate': server.file('crt'), 'client-key': server.file('key') },
  );
  await call();
  await write('second');
  await call();
  expect(server.seen.map(({ name }) => name)).toEqual(['first', 'second']);
});

it('looks for the name that the kubeconfig says, and trusts everybody only where that is asked for', async () => {
  const server = await serving(await leafOf(one, 'api', 'server', ['kubernetes.example.com']));
  const ca = { 'certificate-authority-data': Buffer.from(one.certificate).toString('base64') };
  expect(await (await server.connected(ca))()).toMatch(/^Unreachable: .*altnames/);
  expect(await (await server.connected({ ...ca, 'tls-server-name': 'kubernetes.example.com' }))()).toBe('answered');
  expect(await (await server.connected({}))()).toMatch(/^Unreachable: /);
  expect(await (await server.connected({ 'insecure-skip-tls-verify': true }))()).toBe('answered');
});

it('shows a name and a password', async () => {
  const server = await serving(await leafOf(one, 'api', 'server'));
  const insecure = { 'insecure-skip-tls-verify': true };
  const call = await server.connected(insecure, { username: 'admin', password: 'pass' });
  expect(await call()).toBe('answered');
  expect(server.seen[0]?.authorization).toBe(`Basic ${btoa('admin:pass')}`);
});

it('reads the file that KUBECONFIG names, also in a pod', async () => {
  const server = await serving(await leafOf(one, 'api', 'server'));
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1');
  vi.stubEnv('KUBECONFIG', server.file('config'));
  const call = await server.connected({ 'insecure-skip-tls-verify': true }, { token: 'mine' }, '');
  expect(await call()).toBe('answered');
  expect(server.seen[0]?.authorization).toBe('Bearer mine');
});
