import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from './authority.ts';
import { identityUri } from './identity.ts';
import { issueLeaf, type Leaf, type LeafRequest } from './leaf.ts';
import { readTlsSecret } from './tls-secret.ts';

const now = new Date('2026-11-21T12:00:00Z');
const uri = identityUri({ namespace: 'sluice-dataplane', name: 'egress' });
const client: LeafRequest = { commonName: 'egress', uri, use: 'client', now };
const run = promisify(execFile);

async function issued(authority: Authority, request: LeafRequest): Promise<Leaf> {
  const leaf = await issueLeaf(authority, request);
  if (!leaf.ok) throw new Error(leaf.error);
  return leaf.value;
}

/** What another implementation says of the chain. */
async function openssl(authority: string, leaf: string, purpose: 'sslserver' | 'sslclient', at = now): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-pki-'));
  try {
    await writeFile(join(folder, 'ca.pem'), authority);
    await writeFile(join(folder, 'leaf.pem'), leaf);
    const time = `${at.getTime() / 1000}`;
    const flags = ['-x509_strict', '-purpose', purpose, '-attime', time, '-CAfile', 'ca.pem', 'leaf.pem'];
    const { stdout } = await run('openssl', ['verify', ...flags], { cwd: folder });
    return stdout.trim();
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('createAuthority()', () => {
  it('is an authority of ten years on P-256 that signs leaves only', async () => {
    const { certificate, privateKey } = await createAuthority({ name: 'Sluice', now });
    const read = new X509Certificate(certificate);
    expect(read.ca).toBe(true);
    expect(read.subject).toBe('CN=Sluice');
    expect(read.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(new Date(read.validFrom)).toEqual(new Date('2026-11-21T11:55:00Z'));
    expect(new Date(read.validTo)).toEqual(new Date('2036-11-18T12:00:00Z'));
    expect(read.verify(read.publicKey)).toBe(true);
    expect(() => createSecureContext({ cert: certificate, key: privateKey })).not.toThrow();
  });
});

describe('issueLeaf()', () => {
  it('makes a client certificate whose identity is a URI, for a day', async () => {
    const authority = await createAuthority({ name: 'Sluice', now });
    const { certificate } = await issued(authority, client);
    const read = new X509Certificate(certificate);
    expect(read.subjectAltName).toBe('URI:spiffe://sluice.dev/ns/sluice-dataplane/gateway/egress');
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(read.ca).toBe(false);
    expect(new Date(read.validTo)).toEqual(new Date('2026-11-22T12:00:00Z'));
    expect(read.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(read.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  });

  it('makes a server certificate that is valid for its names only', async () => {
    const authority = await createAuthority({ name: 'Sluice', now });
    const names = { dnsNames: ['controller.sluice-system.svc'], ipAddresses: ['10.0.0.1', '::1'] };
    const { certificate } = await issued(authority, { commonName: 'controller', ...names, use: 'server', now });
    const read = new X509Certificate(certificate);
    expect(read.checkHost('controller.sluice-system.svc')).toBe('controller.sluice-system.svc');
    expect(read.checkHost('controller')).toBeUndefined();
    expect(read.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(read.checkIP('::1')).toBe('::1');
  });

  it('passes the strict rules of OpenSSL, for its purpose, while it is valid, below its own authority', async () => {
    const authority = await createAuthority({ name: 'Sluice', now });
    const other = await createAuthority({ name: 'Sluice', now });
    const { certificate } = await issued(authority, client);
    expect(await openssl(authority.certificate, certificate, 'sslclient')).toBe('leaf.pem: OK');
    expect(await openssl(authority.certificate, certificate, 'sslserver')).toContain('purpose');
    expect(await openssl(other.certificate, certificate, 'sslclient')).toContain('unable to get local issuer');
    expect(await openssl(other.certificate + authority.certificate, certificate, 'sslclient')).toBe('leaf.pem: OK');
    const late = new Date('2026-11-22T12:00:01Z');
    expect(await openssl(authority.certificate, certificate, 'sslclient', late)).toContain('expired');
  });

  it('never outlives its authority', async () => {
    const authority = await createAuthority({ name: 'Sluice', now, validMs: 3_600_000 });
    const read = new X509Certificate((await issued(authority, client)).certificate);
    expect(new Date(read.validTo)).toEqual(new Date('2026-11-21T13:00:00Z'));
  });

  it('says when the key of the authority is of no use, without showing it', async () => {
    const authority = await createAuthority({ name: 'Sluice', now });
    const refused = await issueLeaf({ ...authority, privateKey: 'secret words' }, client);
    expect(refused).toEqual({
      ok: false,
      error: 'no certificate can be issued: the private key is not an EC key on P-256 in PEM',
    });
  });
});

describe('readTlsSecret()', () => {
  async function secret(): Promise<Record<string, string>> {
    const authority = await createAuthority({ name: 'Sluice', now });
    const { certificate, privateKey } = await issued(authority, client);
    return { 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': authority.certificate };
  }

  it('reads a good one', async () => {
    const { 'ca.crt': authorities = '', ...own } = await secret();
    const { 'tls.crt': certificate = '', 'tls.key': privateKey = '' } = own;
    const read = readTlsSecret({ ...own, 'ca.crt': authorities }, now);
    expect(read).toMatchObject({
      ok: true,
      value: { certificate, privateKey, authorities, validity: { notAfter: new Date('2026-11-22T12:00:00Z') } },
    });
    expect(read.ok && read.value.leaf.raw).toEqual(new X509Certificate(certificate).raw);
    const alone = readTlsSecret(own, now);
    expect(alone.ok && 'authorities' in alone.value).toBe(false);
  });

  it('takes nobody for an authority because another one in ca.crt is', async () => {
    const good = await secret();
    const read = readTlsSecret({ ...good, 'ca.crt': `${good['ca.crt']}${good['tls.crt']}` }, now);
    expect(read).toEqual({ ok: false, error: 'ca.crt: a certificate in it is not one of an authority' });
  });

  it('says what is wrong with a bad one', async () => {
    const good = await secret();
    const other = await secret();
    const faults: readonly [Record<string, string | undefined>, RegExp][] = [
      [{ 'tls.crt': undefined }, /^tls\.crt is missing$/],
      [{ 'tls.key': '' }, /^tls\.key is missing$/],
      [{ 'tls.crt': 'nothing' }, /^tls\.crt: there is no certificate/],
      [{ 'tls.key': 'nothing' }, /^tls\.key: it is not an unencrypted private key/],
      [{ 'tls.key': other['tls.key'] }, /^tls\.key: it is not the key of tls\.crt$/],
      [{ 'ca.crt': 'nothing' }, /^ca\.crt: there is no certificate/],
      [{ 'ca.crt': good['tls.crt'] }, /^ca\.crt: .* not one of an authority$/],
    ];
    for (const [change, text] of faults) {
      const read = readTlsSecret({ ...good, ...change }, now);
      expect(read.ok ? '' : read.error).toMatch(text);
      expect(JSON.stringify(read)).not.toContain('PRIVATE KEY');
    }
    const late = readTlsSecret(good, new Date('2026-11-23T00:00:00Z'));
    expect(late).toEqual({ ok: false, error: 'tls.crt expired at 2026-11-22T12:00:00.000Z' });
  });
});
