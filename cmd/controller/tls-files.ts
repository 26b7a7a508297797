import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../src/lib/result.ts';
import type { XdsServerTls } from '../../src/xds/server/server.ts';

/** Paths of the certificates of the xDS port. */
export interface TlsFiles {
  readonly certificate: string;
  readonly privateKey: string;
  readonly clientCa?: string;
}

export function readTlsFiles(files: TlsFiles): Result<XdsServerTls> {
  const texts: Record<string, string> = {};
  for (const [name, path] of Object.entries(files)) {
    try {
      texts[name] = readFileSync(path, 'utf8');
    } catch (error) {
      return err(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
  const { certificate = '', privateKey = '', clientCa } = texts;
  return ok({ certificate, privateKey, ...(clientCa !== undefined && { clientCa }) });
}

/**
 * Looks every so often, since mounts of Secrets are swapped as a whole and tell no one. Files that do not fit each other
 * in that moment are looked at again; what is in use stays.
 */
export function followTlsFiles(
  files: TlsFiles,
  first: XdsServerTls,
  reload: (tls: XdsServerTls) => void,
  everyMs = 10_000,
): { close(): void } {
  let current = JSON.stringify(first);
  const timer = setInterval(() => {
    const read = readTlsFiles(files);
    if (!read.ok || JSON.stringify(read.value) === current) return;
    try {
      reload(read.value);
      current = JSON.stringify(read.value);
    } catch {
      // Certificate and key of different moments: the next look finds them together.
    }
  }, everyMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
