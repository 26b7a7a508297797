import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { closureOf } from './closure.ts';

/**
 * Of no use to a program that runs on Node: half of what some packages weigh. Programs for Bare, which is another runtime,
 * come for every platform there is, and are the only machine code that packages bring.
 */
const dead = /\.(map|d\.[cm]?ts|tsbuildinfo|bare)$/;

/** Puts the programs and all that they load into a folder, which runs as it is: `node FOLDER/cmd/controller/main.ts`. */
export async function layOut(root: string, output: string, entries: readonly string[]): Promise<void> {
  const { files, packages } = closureOf(root, entries);
  for (const file of files) {
    await mkdir(dirname(join(output, file)), { recursive: true });
    await cp(join(root, file), join(output, file));
  }
  for (const folder of packages) {
    const own = join(root, folder);
    await cp(own, join(output, folder), {
      recursive: true,
      // Packages nested in this one come by themselves, if anything needs them.
      filter: (source) => !dead.test(source) && (source === own || basename(source) !== 'node_modules'),
    });
  }
  // The version, and that the sources are modules. Its dependencies and scripts mean nothing here.
  const { name, version, license, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(output, 'package.json'), `${JSON.stringify({ name, version, license, type })}\n`);
  await cp(join(root, 'LICENSE'), join(output, 'LICENSE'));
  // Images run as somebody else than who made the files, and a checkout has the modes that its owner's umask left: with
  // 077 nobody else could read a single one, and with any other one the same commit would be another layer.
  await promisify(execFile)('chmod', ['-R', 'u=rwX,go=rX', output]);
}

if (import.meta.main) {
  const [output, ...entries] = process.argv.slice(2);
  if (output === undefined || entries.length === 0) {
    console.error('Usage: lay-out.ts FOLDER PROGRAM...   for instance: lay-out.ts /out cmd/controller/main.ts');
    process.exitCode = 2;
  } else {
    await layOut(join(import.meta.dirname, '../..'), output, entries);
  }
}
