import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { redactText } from '../../../lib/redact.ts';
import { err, ok, type Result } from '../../../lib/result.ts';

/** A file larger than this holds no secret; certificate chains have a few KiB. */
const largest = 64 * 1024;

export interface SecretFileReading {
  readonly value: Result<string>;
  /** Differs if the file differs. Empty: to be read again even if it looks the same. */
  readonly signature: string;
}

// Times of files have the granularity of a timer tick: what changes within the same one looks unchanged.
const tickMs = 50;

/** Identity and times of a file, without reading it. */
export function signatureOf(path: string): string {
  try {
    return signature(statSync(path, { bigint: true }));
  } catch (error) {
    return codeOf(error);
  }
}

/** Reads a secret. The text of a failure names the path, never anything of the content. */
export function readSecretFile(path: string): SecretFileReading {
  try {
    // Before reading: what changes in between is then seen as a change, not missed.
    const stats = statSync(path, { bigint: true });
    const isSettled = Number(stats.ctimeMs) < Date.now() - tickMs;
    return { signature: isSettled ? signature(stats) : '', value: read(path) };
  } catch (error) {
    return { signature: codeOf(error), value: err(`${shown(path)} ${reasonOf(codeOf(error))}`) };
  }
}

function signature({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

/** Somebody may have written the secret itself where its path belongs. */
function shown(path: string): string {
  return `file ${redactText(path)}`;
}

function read(path: string): Result<string> {
  const name = shown(path);
  let file: number;
  try {
    // Not blocking: opening a named pipe would otherwise stop the control plane until somebody writes to it.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return err(`${name} ${reasonOf(codeOf(error))}`);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return err(`${name} is not a regular file`);
    if (stats.size > largest) return err(`${name} is larger than 64KiB`);
    const buffer = Buffer.alloc(largest + 1);
    const length = readSync(file, buffer, 0, buffer.length, 0);
    if (length > largest) return err(`${name} is larger than 64KiB`);
    const value = trimEnd(buffer.toString('utf8', 0, length));
    return value === '' ? err(`${name} is empty`) : ok(value);
  } catch (error) {
    return err(`${name} ${reasonOf(codeOf(error))}`);
  } finally {
    closeSync(file);
  }
}

/** Editors and `echo` end files with a line end that is no part of the secret. */
export function trimEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

function reasonOf(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: permission denied';
  return `cannot be read (${code})`;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
