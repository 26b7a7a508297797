import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Authority, type Certificate, createAuthority } from '../../../e2e/support/certificates.ts';
import { createLogger } from '../../lib/log.ts';
import { ProgramStore } from '../store.ts';
import { type ProgramServer, startProgramServer } from '../testing/program-server.ts';
import type { ClientTls } from './channel.ts';
import { startProgramClient } from './client.ts';

const authority = createAuthority('ours');
const stranger = createAuthority('theirs');
const name = 'controller.sluice-system';

const bytes = ({ certificate, privateKey }: Certificate) => ({
  certificate: Buffer.from(certificate),
  privateKey: Buffer.from(privateKey),
});

const tlsOf = (trusted: Authority, own: Certificate): ClientTls => ({
  ca: Buffer.from(trusted.certificate),
  ...bytes(own),
});

/** A control plane that lets in who shows a certificate of `authority`. */
async function tlsServer(): Promise<ProgramServer> {
  const { certificate, privateKey } = bytes(authority.issue(name));
  const pair = { cert_chain: certificate, private_key: privateKey };
  const credentials = ServerCredentials.createSsl(Buffer.from(authority.certificate), [pair], true);
  const server = await startProgramServer({}, 0, credentials);
  onTestFinished(() => server.close());
  return server;
}

function client(address: string, tls: () => ClientTls, serverName = name) {
  const store = new ProgramStore();
  const lines: string[] = [];
  const log = createLogger({ name: 'processor', level: 'info', destination: { write: (line) => lines.push(line) } });
  const node = { id: 'p-1', cluster: '', gateway: '', version: '' };
  const backOff = { firstMs: 10, maxMs: 40 };
  const started = startProgramClient({ address, tls, serverName, node, store, log, backOff });
  onTestFinished(() => started.stop());
  return { store, lines };
}

const said = (lines: readonly string[], what: string) => lines.filter((line) => line.includes(what)).length;

describe('a connection to the control plane over TLS', () => {
  it('comes about where both trust each other', async () => {
    const { address } = await tlsServer();
    const { store } = client(address, () => tlsOf(authority, authority.issue()));
    await expect.poll(() => store.current).toBeDefined();
  });

  it.each<[string, () => ClientTls, string]>([
    ['a control plane of another authority', () => tlsOf(stranger, authority.issue()), name],
    ['a control plane of another name', () => tlsOf(authority, authority.issue()), 'elsewhere.sluice-system'],
    ['a certificate that the control plane does not know', () => tlsOf(authority, stranger.issue()), name],
  ])('does not come about with %s, and no key is in the log', async (_, tls, serverName) => {
    const plane = await tlsServer();
    const { store, lines } = client(plane.address, tls, serverName);
    await expect.poll(() => said(lines, 'is not reachable')).toBeGreaterThan(0);
    expect(plane.requests).toEqual([]);
    expect(store.current).toBeUndefined();
    expect(lines.join()).not.toContain('PRIVATE KEY');
  });

  it('shows the certificates that are there when it is made anew', async () => {
    const plane = await tlsServer();
    let tls = tlsOf(authority, stranger.issue());
    const { store, lines } = client(plane.address, () => tls);
    await expect.poll(() => said(lines, 'is not reachable')).toBeGreaterThan(0);
    tls = tlsOf(authority, authority.issue());
    await expect.poll(() => store.current).toBeDefined();
    expect(said(lines, 'renewed certificates')).toBe(1);
    plane.dropStreams();
    await expect.poll(() => plane.streamCount).toBe(2);
    expect(said(lines, 'renewed certificates')).toBe(1);
  });

  it('goes on with those of before where the renewed ones do not fit each other, until they do', async () => {
    const plane = await tlsServer();
    let tls = tlsOf(authority, authority.issue());
    const { store, lines } = client(plane.address, () => tls);
    await expect.poll(() => store.current).toBeDefined();
    tls = { ...tls, privateKey: Buffer.from(authority.issue().privateKey) };
    plane.dropStreams();
    await expect.poll(() => plane.streamCount).toBe(2);
    expect(said(lines, 'the renewed certificates are unusable')).toBe(1);
    tls = tlsOf(authority, authority.issue());
    plane.dropStreams();
    await expect.poll(() => said(lines, 'connecting with renewed certificates')).toBe(1);
  });
});
