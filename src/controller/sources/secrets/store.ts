import { dirname, resolve as resolvePath } from 'node:path';
import { redactText } from '../../../lib/redact.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import { createFolderWatch } from '../files/folder-watch.ts';
import { createHoldOff } from '../hold-off.ts';
import { readSecretFile, type SecretFileReading, signatureOf, trimEnd } from './secret-file.ts';

export interface SecretStoreOptions {
  readonly env: { readonly [name: string]: string | undefined };
  /** A secret that was asked for is another one now, or is there or gone now. */
  onChange(): void;
  /** How often files are looked at without any event. Default 1000. */
  readonly pollMs?: number;
  /** How long the last value of a file that became unreadable is kept. Default 5000: not every rotation is atomic. */
  readonly graceMs?: number;
}

export interface SecretStore {
  /** The value, or why there is none in words that hold nothing of it. Files are relative to the folder. */
  resolve(source: SecretSource, folder: string): Result<string>;
  close(): void;
}

interface Entry {
  reading: SecretFileReading;
  /** Asked for since it last changed. What nobody asks for any more is forgotten at its next change. */
  isWanted: boolean;
  failingSince: number | undefined;
}

/** Reads secrets where documents say they are, and notices when files among them are rotated. */
export function createSecretStore(options: SecretStoreOptions): SecretStore {
  const { env, onChange, pollMs = 1000, graceMs = 5000 } = options;
  const entries = new Map<string, Entry>();
  let folders: ReadonlySet<string> = new Set();
  const holdOff = createHoldOff(50, 500, check);
  // Without watching, polling is still there; there is nothing that anybody could do about it.
  const watching = createFolderWatch(
    () => holdOff.trigger(),
    () => undefined,
  );
  const poll = setInterval(check, pollMs);
  poll.unref();

  function check(): void {
    let isChanged = false;
    for (const [path, entry] of entries) {
      if (entry.failingSince === undefined && signatureOf(path) === entry.reading.signature) continue;
      if (!renew(entry, readSecretFile(path))) continue;
      if (entry.isWanted) isChanged = true;
      else entries.delete(path);
      entry.isWanted = false;
    }
    rewatch();
    if (isChanged) onChange();
  }

  function rewatch(): void {
    folders = new Set([...entries.keys()].map((path) => dirname(path)));
    watching.update([...folders]);
  }

  /** Takes over a new reading; whether its value differs. */
  function renew(entry: Entry, reading: SecretFileReading): boolean {
    const before = entry.reading.value;
    if (before.ok && !reading.value.ok) {
      entry.failingSince ??= performance.now();
      if (performance.now() - entry.failingSince < graceMs) return false;
    }
    entry.failingSince = undefined;
    entry.reading = reading;
    return identityOf(before) !== identityOf(reading.value);
  }

  function fromFile(path: string): Result<string> {
    let entry = entries.get(path);
    if (entry === undefined) {
      entry = { reading: readSecretFile(path), isWanted: true, failingSince: undefined };
      entries.set(path, entry);
      if (!folders.has(dirname(path))) rewatch();
    }
    entry.isWanted = true;
    return entry.reading.value;
  }

  return {
    resolve(source, folder) {
      if ('env' in source) return fromEnvironment(env, source.env);
      if ('file' in source) return fromFile(resolvePath(folder, source.file));
      const { name, key } = source.secretKeyRef;
      return err(`there is no Secret "${name}", with the entry "${key}", among the documents`);
    },
    close() {
      clearInterval(poll);
      holdOff.close();
      watching.close();
      entries.clear();
    },
  };
}

function fromEnvironment(env: SecretStoreOptions['env'], name: string): Result<string> {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  // Somebody may have written the secret itself where its name belongs.
  const shown = `environment variable ${redactText(name)}`;
  if (value === undefined) return err(`${shown} is not set`);
  const trimmed = trimEnd(value);
  return trimmed === '' ? err(`${shown} is empty`) : ok(trimmed);
}

function identityOf(result: Result<string>): string {
  return result.ok ? `value ${result.value}` : `error ${result.error}`;
}
