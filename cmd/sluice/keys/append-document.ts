import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';

/**
 * Adds a document to a policy file, or makes the file. The new content appears by one rename, so that a gateway that
 * watches the folder never reads half of it. A document of the same id is never replaced.
 */
export async function appendDocument(path: string, id: string, yaml: string): Promise<Result<void>> {
  if (!/\.ya?ml$/.test(path)) return err(`${path} does not end with .yaml, so the gateway would not read it.`);
  // A symlink stays one: what it leads to is replaced.
  const target = await realpath(path).catch(() => path);
  const lock = join(dirname(target), `.${basename(target)}.new`);
  const file = await open(lock, 'wx', 0o644).catch((error: NodeJS.ErrnoException) => error);
  if (file instanceof Error) return err(lockFailure(file, path, lock));
  try {
    const existing = await readExisting(target);
    const refusal = refusalOf(existing?.text ?? '', path, id);
    if (refusal !== undefined) return err(refusal);
    await file.writeFile(joined(existing?.text ?? '', yaml));
    if (existing !== undefined) await file.chmod(existing.mode);
    await file.sync();
    await rename(lock, target);
    return ok(undefined);
  } finally {
    await file.close();
    await rm(lock, { force: true });
  }
}

async function readExisting(path: string): Promise<{ readonly text: string; readonly mode: number } | undefined> {
  try {
    return { text: await readFile(path, 'utf8'), mode: (await stat(path)).mode & 0o777 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refusalOf(text: string, path: string, id: string): string | undefined {
  if (text.trim() === '') return undefined;
  const { documents, broken, unidentified } = parseDocuments(text, path, dirname(path));
  if (documents.some((document) => document.id === id) || broken.includes(id)) {
    return `${id} is in ${path} already. Choose another name, or remove that document first.`;
  }
  // Among documents that cannot be read there may be one of this name.
  if (unidentified > 0) return `${path} holds a document that cannot be read. Run "sluice validate" and mend it first.`;
  return undefined;
}

function joined(text: string, yaml: string): string {
  if (text.trim() === '') return yaml;
  const before = text.endsWith('\n') ? text : `${text}\n`;
  return `${before}${/^---\s*$/m.test(before.trimEnd().split('\n').at(-1) ?? '') ? '' : '---\n'}${yaml}`;
}

function lockFailure(error: NodeJS.ErrnoException, path: string, lock: string): string {
  if (error.code === 'EEXIST') return `${path} is being changed by someone else. If not, remove ${lock} and try again.`;
  if (error.code === 'ENOENT') return `The folder of ${path} does not exist. Create it first.`;
  return `${path} cannot be written (${error.code ?? error.message}).`;
}
