import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { err, ok, type Result } from '../../src/lib/result.ts';
import type { ClientTls } from '../../src/program/client/channel.ts';

/** Paths; empty: not given. */
export interface TlsFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * The certificates for the control plane, read anew each time they are asked for, since they rotate. Files that are
 * gone or do not fit each other in that moment leave the last good ones in use. Nothing where no file was named.
 */
export function xdsTls(files: TlsFiles): Result<(() => ClientTls) | undefined> {
  if (files.ca === '' && files.certificate === '' && files.privateKey === '') return ok(undefined);
  if ((files.certificate === '') !== (files.privateKey === '')) {
    return err('--xds-cert and --xds-key: one needs the other');
  }
  const first = readTls(files);
  if (!first.ok) return first;
  let good = first.value;
  return ok(() => {
    const read = readTls(files);
    if (read.ok) good = read.value;
    return good;
  });
}

function readTls(files: TlsFiles): Result<ClientTls> {
  const tls: { -readonly [K in keyof ClientTls]: ClientTls[K] } = {};
  for (const name of ['ca', 'certificate', 'privateKey'] as const) {
    if (files[name] === '') continue;
    try {
      tls[name] = readFileSync(files[name]);
    } catch (error) {
      return err(`${files[name]} cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}`);
    }
  }
  try {
    createSecureContext({ ca: tls.ca, cert: tls.certificate, key: tls.privateKey });
  } catch {
    // The library's own words may quote what it could not read.
    return err('--xds-ca, --xds-cert, --xds-key: these are no PEM files that fit each other');
  }
  return ok(tls);
}
