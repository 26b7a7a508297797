import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The Go modules that the programs are built from. Their `go.mod` files are the one place where versions stand. */
export const goModules = join(import.meta.dirname, 'go');

export function versionOf(goModule: 'kubernetes' | 'helm' | 'coredns' | 'crds', dependency: string): string {
  const text = readFileSync(join(goModules, goModule, 'go.mod'), 'utf8');
  const version = text.match(new RegExp(`^\\t?(?:require )?${dependency} (v\\S+)`, 'm'))?.[1];
  if (version === undefined) throw new Error(`go/${goModule}/go.mod does not require ${dependency}`);
  return version;
}

/** Names what is built: the version that people look for, and a hash of everything that goes in. */
export function buildName(): string {
  const hash = createHash('sha256');
  const files = readdirSync(goModules, { recursive: true, encoding: 'utf8' }).filter((path) => /\.\w+$/.test(path));
  for (const path of files.sort()) hash.update(`${path}\n`).update(readFileSync(join(goModules, path)));
  return `kubernetes-${versionOf('kubernetes', 'k8s.io/kubernetes').slice(1)}-${hash.digest('hex').slice(0, 8)}`;
}
