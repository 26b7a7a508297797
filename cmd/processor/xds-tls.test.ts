import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../e2e/support/certificates.ts';
import { xdsTls } from './xds-tls.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const authority = createAuthority('ca');
const first = authority.issue();
const second = authority.issue();

function written(certificate: string, privateKey: string) {
  const files = { ca: join(folder, 'ca'), certificate: join(folder, 'crt'), privateKey: join(folder, 'key') };
  writeFileSync(files.ca, authority.certificate);
  writeFileSync(files.certificate, certificate);
  writeFileSync(files.privateKey, privateKey);
  return files;
}

describe('xdsTls()', () => {
  it('is nothing without files', () => {
    expect(xdsTls({ ca: '', certificate: '', privateKey: '' })).toEqual({ ok: true, value: undefined });
  });

  it('reads the files anew each time, and keeps the last ones that fitted', () => {
    const files = written(first.certificate, first.privateKey);
    const tls = xdsTls(files);
    if (!tls.ok || tls.value === undefined) throw new Error('no files');
    expect(String(tls.value().certificate)).toBe(first.certificate);
    written(second.certificate, first.privateKey);
    expect(String(tls.value().certificate)).toBe(first.certificate);
    written(second.certificate, second.privateKey);
    expect(String(tls.value().certificate)).toBe(second.certificate);
    rmSync(files.certificate);
    expect(String(tls.value().certificate)).toBe(second.certificate);
  });

  it('says at the start what is wrong, and shows nothing of the key', () => {
    const files = written(first.certificate, second.privateKey);
    expect(xdsTls(files)).toEqual({
      ok: false,
      error: '--xds-ca, --xds-cert, --xds-key: these are no PEM files that fit each other',
    });
    expect(xdsTls({ ...files, privateKey: '' })).toMatchObject({ ok: false });
    expect(xdsTls({ ...files, ca: join(folder, 'none') })).toMatchObject({ ok: false });
  });
});
