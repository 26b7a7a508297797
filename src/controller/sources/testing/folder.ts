import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface TestFolder {
  readonly path: string;
  at(name: string): string;
  write(name: string, text: string): Promise<void>;
  /** As careful programs do: written beside, then renamed into place. */
  replace(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** An empty folder that is gone after the test. */
export async function testFolder(): Promise<TestFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'sluice-source-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const path = join(parent, 'policy');
  await mkdir(path);
  const at = (name: string): string => join(path, name);
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
  };
  return {
    path,
    at,
    write,
    async replace(name, text) {
      await write(`.${name}.tmp`, text);
      await rename(at(`.${name}.tmp`), at(name));
    },
    remove: (name) => rm(at(name), { recursive: true }),
  };
}

/** A Provider document; `more` adds to or breaks its spec. */
export function provider(name: string, more = ''): string {
  return `apiVersion: sluice.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {preset: ollama${more}}\n`;
}
