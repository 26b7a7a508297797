import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../lib/result.ts';
import { readTlsSecret } from '../../pki/tls-secret.ts';
import type { XdsServerTls } from '../../xds/server/server.ts';
import type { XdsTlsSource } from './source.ts';

export interface TlsFileOptions {
  readonly certificate: string;
  readonly privateKey: string;
  /** Who signs clients' certificates; absent: clients need none. */
  readonly clientCa?: string;
  onChange(tls: XdsServerTls): void;
  /** The files are unusable now; the last good ones stay. Said once for each text. */
  onError(text: string): void;
  /** Default 5 s. A mounted Secret arrives within a minute anyway, and a look costs nothing. */
  readonly pollMs?: number;
  now?(): Date;
}

/** Certificates in files, such as those of a mounted Secret. Fails if they are unusable at the start. */
export function openTlsFiles(options: TlsFileOptions): Result<XdsTlsSource> {
  const now = options.now ?? (() => new Date());
  const first = read(options, now());
  if (!first.ok) return first;
  let current = first.value;
  let lastError = '';

  function look(): void {
    const next = read(options, now());
    if (!next.ok) {
      if (next.error !== lastError) options.onError(next.error);
      lastError = next.error;
      return;
    }
    lastError = '';
    if (isSame(next.value, current)) return;
    current = next.value;
    options.onChange(current);
  }

  const timer = setInterval(look, options.pollMs ?? 5_000).unref();
  return ok({ current: () => current, look, close: () => clearInterval(timer) });
}

function read({ certificate, privateKey, clientCa }: TlsFileOptions, now: Date): Result<XdsServerTls> {
  const texts: Record<string, string> = {};
  const files = {
    'tls.crt': certificate,
    'tls.key': privateKey,
    ...(clientCa !== undefined && { 'ca.crt': clientCa }),
  };
  for (const [key, path] of Object.entries(files)) {
    try {
      texts[key] = readFileSync(path, 'utf8');
    } catch (error) {
      return err(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  const secret = readTlsSecret(texts, now);
  if (!secret.ok) return secret;
  const { authorities } = secret.value;
  return ok({
    certificate: secret.value.certificate,
    privateKey: secret.value.privateKey,
    ...(authorities !== undefined && { clientCa: authorities }),
  });
}

function isSame(a: XdsServerTls, b: XdsServerTls): boolean {
  return a.certificate === b.certificate && a.privateKey === b.privateKey && a.clientCa === b.clientCa;
}
