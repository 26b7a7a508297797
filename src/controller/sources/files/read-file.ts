import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { largestFile, type ParsedText, parseDocuments } from '../../../policy/parse.ts';
import type { Problem } from '../../../policy/problem.ts';
import { fault, isGone, unreadable } from './fault.ts';
import type { ListedFile } from './listed-file.ts';

/** What is known of one file. */
export interface FileReading {
  readonly path: string;
  /** Empty: to be read again even if it looks the same. */
  readonly signature: string;
  readonly parsed: ParsedText;
}

const nothing: ParsedText = {
  documents: [],
  problems: [],
  broken: [],
  barriers: [],
  unidentified: 0,
  cache: new Map(),
};

// Times of files have the granularity of a timer tick: what changes within the same one looks unchanged.
const tickMs = 50;

/** In other encodings a keyword or a name would quietly become another one. The parser takes care of a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a file that is new or has changed; `undefined` if it is gone by now. */
export async function readPolicyFile(
  file: ListedFile,
  last: FileReading | undefined,
): Promise<FileReading | undefined> {
  if (last !== undefined && last.signature === file.signature) return last;
  if (file.size > largestFile) {
    return broken(file, last, fault(file.path, 'is larger than 10MiB', 'split it into several files'), file.signature);
  }
  const readAt = Date.now();
  let bytes: Buffer;
  try {
    bytes = await readFile(file.path);
  } catch (error) {
    return isGone(error) ? undefined : broken(file, last, unreadable(file.path, error), '');
  }
  const isSettled = file.changedAtMs < readAt - tickMs;
  const signature = isSettled ? file.signature : '';
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return broken(file, last, fault(file.path, 'is not UTF-8', 'save it in this encoding'), signature);
  }
  if (text === '' && last !== undefined && last.parsed !== nothing && last.parsed.cache.size > 0) {
    // Who writes a file in place empties it first. To drop its documents on purpose one removes the file.
    return broken(
      file,
      last,
      fault(file.path, 'has become empty', 'write its documents, or remove the file'),
      signature,
    );
  }
  const options = last === undefined ? {} : { cache: last.parsed.cache };
  return { path: file.path, signature, parsed: parseDocuments(text, file.path, dirname(file.path), options) };
}

/** Nothing of it can be used; the cache stays for when it comes back as it was. */
function broken(file: ListedFile, last: FileReading | undefined, problem: Problem, signature: string): FileReading {
  const cache = last?.parsed.cache ?? nothing.cache;
  return { path: file.path, signature, parsed: { ...nothing, problems: [problem], unidentified: 1, cache } };
}
