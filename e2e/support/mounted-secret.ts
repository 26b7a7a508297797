import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MountedSecret {
  readonly folder: string;
  path(key: string): string;
  /** Everything at once, as the kubelet does it. */
  replace(data: Readonly<Record<string, string>>): void;
  remove(): void;
}

/** A folder that changes as a mounted Secret does: keys are links through `..data`, which is moved to a new folder. */
export function mountSecret(data: Readonly<Record<string, string>>): MountedSecret {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-secret-'));
  let round = 0;
  const replace = (next: Readonly<Record<string, string>>): void => {
    const name = `..round-${++round}`;
    mkdirSync(join(folder, name));
    for (const [key, text] of Object.entries(next)) writeFileSync(join(folder, name, key), text, { mode: 0o600 });
    symlinkSync(name, join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  };
  replace(data);
  for (const key of Object.keys(data)) symlinkSync(`..data/${key}`, join(folder, key));
  return {
    folder,
    path: (key) => join(folder, key),
    replace,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
