import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Authority } from '../../pki/authority.ts';
import { readAuthorities, writeAuthorities } from '../../pki/rotation.ts';

/**
 * The authorities as this replica knew them last, for a restart while the API server is away. It holds private keys, and
 * belongs where the snapshot of the policy is: on a volume in memory that nobody else mounts.
 */
export interface AuthorityCache {
  /** Nothing: there are none, or they are unreadable. */
  read(): Promise<readonly Authority[] | undefined>;
  write(authorities: readonly Authority[]): Promise<void>;
}

export function authorityCache(path: string): AuthorityCache {
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      const authorities = readAuthorities({ certificates: text, privateKeys: text });
      return authorities.ok ? authorities.value : undefined;
    },
    async write(authorities) {
      const { certificates, privateKeys } = writeAuthorities(authorities);
      const draft = `${path}.${process.pid}.tmp`;
      await rm(draft, { force: true });
      await writeFile(draft, certificates + privateKeys, { mode: 0o600, flag: 'wx' });
      await rename(draft, path);
    },
  };
}
