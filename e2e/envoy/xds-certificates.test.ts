import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { xdsTls } from '../../cmd/processor/xds-tls.ts';
import { mayAsk } from '../../src/controller/peer-rule.ts';
import { bootstrap, type ClientTls } from '../../src/envoy/bootstrap.ts';
import { secretFiles } from '../../src/envoy/bootstrap-tls.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { ok } from '../../src/lib/result.ts';
import { type Authority, createAuthority } from '../../src/pki/authority.ts';
import { identityUri } from '../../src/pki/identity.ts';
import { issueLeaf, type LeafRequest } from '../../src/pki/leaf.ts';
import { startProgramClient } from '../../src/program/client/client.ts';
import { ProgramStore } from '../../src/program/store.ts';
import { createXdsServer, type XdsServer, type XdsServerTls } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { type EnvoyProcess, startEnvoy } from '../support/envoy-process.ts';
import { type MountedSecret, mountSecret } from '../support/mounted-secret.ts';
import { until } from '../support/until.ts';

const cleanup = cleanupsAfterEach();
const serverName = 'controller.sluice-system.svc';
const gateway = { namespace: 'sluice-dataplane', name: 'egress' };
const group = 'sluice-dataplane/egress';

async function leafOf(authority: Authority, request: Partial<LeafRequest>) {
  const leaf = await issueLeaf(authority, { commonName: 'test', use: 'client', now: new Date(), ...request });
  if (!leaf.ok) throw new Error(leaf.error);
  return leaf.value;
}

async function serverTls(authority: Authority, trusted: readonly Authority[]): Promise<XdsServerTls> {
  const leaf = await leafOf(authority, { use: 'server', dnsNames: [serverName] });
  return { ...leaf, clientCa: trusted.map(({ certificate }) => certificate).join('') };
}

async function clientSecret(authority: Authority, trusted: readonly Authority[], of = gateway) {
  const leaf = await leafOf(authority, { uri: identityUri(of) });
  const ca = trusted.map(({ certificate }) => certificate).join('');
  return { 'tls.crt': leaf.certificate, 'tls.key': leaf.privateKey, 'ca.crt': ca };
}

async function startServer(tls: XdsServerTls, port = 0) {
  const server = createXdsServer({
    groupOf: (node) => ok(node.metadata.gateway ?? ''),
    mayAsk: mayAsk('identity'),
    tls,
  });
  const turnedAway: string[] = [];
  server.onEvent((event) => event.kind === 'turned away' && turnedAway.push(event.text));
  const bound = await server.listen({ host: '127.0.0.1', port });
  cleanup(() => server.close(200));
  server.publish(group, snapshotOf([]));
  return { server, port: bound.port, turnedAway };
}

function tlsOf(secret: MountedSecret): ClientTls {
  const secretFolder = mkdtempSync(join(tmpdir(), 'sluice-sds-'));
  cleanup(() => rmSync(secretFolder, { recursive: true }));
  const tls: ClientTls = {
    caFile: secret.path('ca.crt'),
    serverName,
    clientCertificate: { certificateFile: secret.path('tls.crt'), privateKeyFile: secret.path('tls.key') },
    rotation: { watchedFolder: secret.folder, secretFolder },
  };
  for (const [name, content] of Object.entries(secretFiles(tls))) {
    writeFileSync(join(secretFolder, name), JSON.stringify(content));
  }
  return tls;
}

async function startEnvoyOf(secret: MountedSecret, port: number): Promise<EnvoyProcess> {
  const config = bootstrap({
    gateway: group,
    adminPort: 0,
    xds: { address: { host: '127.0.0.1', port }, tls: tlsOf(secret) },
    processors: [{ path: '/nowhere/0.sock' }],
  });
  const envoy = await startEnvoy(config, { args: ['--service-node', 'pod-1'], waitFor: 'admin' });
  cleanup(envoy.stop);
  return envoy;
}

function startProcessorClient(secret: MountedSecret, port: number): void {
  const tls = xdsTls({
    ca: secret.path('ca.crt'),
    certificate: secret.path('tls.crt'),
    privateKey: secret.path('tls.key'),
  });
  if (!tls.ok || tls.value === undefined) throw new Error('no certificates');
  const client = startProgramClient({
    // Names resolve to nothing here; what is verified is the name that the certificate has for this address.
    address: `127.0.0.1:${port}`,
    serverName,
    tls: tls.value,
    node: { id: 'pod-1-processor', cluster: 'sluice', gateway: group, version: '0' },
    store: new ProgramStore(),
    log: silentLogger,
    backOff: { firstMs: 200, maxMs: 200 },
  });
  cleanup(() => client.stop());
}

const nodes = (server: XdsServer): readonly string[] =>
  server
    .clients()
    .map(({ node }) => node.id)
    .sort();

describe('certificates between a control plane and its clients', () => {
  it('rotate, the authority with them, under live streams; who connects again shows the new ones', async () => {
    const first = await createAuthority({ name: 'first', now: new Date() });
    const second = await createAuthority({ name: 'second', now: new Date() });
    const secret = mountSecret(await clientSecret(first, [first]));
    cleanup(secret.remove);
    const { server, port } = await startServer(await serverTls(first, [first]));
    const envoy = await startEnvoyOf(secret, port);
    startProcessorClient(secret, port);
    const both = ['pod-1', 'pod-1-processor'];
    await until('both are connected', () => nodes(server).join() === both.join(), { seen: () => nodes(server) });
    const connected = server.clients().map(({ connectedAt }) => connectedAt);

    const before = await envoy.stat('cluster.sluice-xds.client_ssl_socket_factory.ssl_context_update_by_sds');

    // As rolesOf() has it: both trusted, then the second signs, then the first is gone.
    secret.replace(await clientSecret(first, [first, second]));
    server.reloadTls(await serverTls(first, [first, second]));
    secret.replace(await clientSecret(second, [first, second]));
    server.reloadTls(await serverTls(second, [first, second]));
    secret.replace(await clientSecret(second, [second]));
    server.reloadTls(await serverTls(second, [second]));
    // Nobody was interrupted.
    expect(server.clients().map(({ connectedAt }) => connectedAt)).toEqual(connected);
    const contexts = () => envoy.stat('cluster.sluice-xds.client_ssl_socket_factory.ssl_context_update_by_sds');
    await until('Envoy has read the new files', async () => (await contexts()) > before, { seen: () => before });

    await server.close(100);
    const next = await startServer(await serverTls(second, [second]), port);
    await until('both are connected again', () => nodes(next.server).join() === both.join(), {
      limitMs: 20_000,
      seen: () => [nodes(next.server), envoy.log().slice(-2_000)],
    });
    expect(next.turnedAway).toEqual([]);
  });

  it('of one gateway do not open another, and Envoy logs why', async () => {
    const authority = await createAuthority({ name: 'first', now: new Date() });
    const other = await clientSecret(authority, [authority], { namespace: 'team-b', name: 'edge' });
    const secret = mountSecret(other);
    cleanup(secret.remove);
    const { server, port, turnedAway } = await startServer(await serverTls(authority, [authority]));
    const envoy = await startEnvoyOf(secret, port);
    await until('it was turned away', () => turnedAway.length > 0);
    const text =
      'The client certificate is for gateway "team-b/edge"; it does not permit to ask for gateway "sluice-dataplane/egress".';
    expect(turnedAway[0]).toBe(text);
    const said = (): boolean => envoy.log().includes(encodeURI(text).slice(0, 60));
    await until('Envoy says so', said, { seen: () => envoy.log().slice(-1_000) });
    expect(nodes(server)).toEqual([]);
  });
});
