import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../../../src/lib/result.ts';

/** More than any prompt, and little enough to be looked at in a moment. */
const largestInput = 10 * 1024 * 1024;

/** The text of a file; `-`, or none: standard input. */
export async function readInput(
  file: string | undefined,
  cwd: string,
  stdin: NodeJS.ReadStream,
): Promise<Result<string>> {
  const isStdin = file === undefined || file === '-';
  if (file === undefined && stdin.isTTY === true) {
    return err('There is no text. Name a file, or pipe one in.');
  }
  const name = isStdin ? 'Standard input' : file;
  try {
    const bytes = isStdin ? await drain(stdin) : await bounded(resolve(cwd, file));
    if (bytes === undefined) return err(`${name} is larger than 10 MiB. Cut it into pieces.`);
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return err(`${name} is not text in UTF-8.`);
    return err(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

async function bounded(path: string): Promise<Buffer | undefined> {
  return (await stat(path)).size > largestInput ? undefined : readFile(path);
}

async function drain(stdin: NodeJS.ReadStream): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stdin) {
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > largestInput) return undefined;
  }
  return Buffer.concat(pieces);
}
