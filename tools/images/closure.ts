import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readImports } from '../imports/read-imports.ts';

export interface Closure {
  /** Source files, relative to the root. */
  readonly files: readonly string[];
  /** Folders of npm packages, relative to the root, nested ones included. */
  readonly packages: readonly string[];
}

/**
 * Everything that these programs can load, found by following imports: an image holds what its program needs, so that
 * what it lacks cannot be attacked. What a program reads or starts by name has to be said to it.
 */
export function closureOf(root: string, entries: readonly string[]): Closure {
  const files = new Set<string>();
  const packages = new Set<string>();
  const queue = [...entries];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const target of readImports(root, file)) {
      if (target.kind === 'file') queue.push(target.path);
      else if (target.kind === 'package') addPackage(root, '.', target.name, packages);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function addPackage(root: string, from: string, name: string, packages: Set<string>): void {
  const folder = findPackage(root, from, name);
  // An optional one that was not made for this machine.
  if (folder === undefined || packages.has(folder)) return;
  packages.add(folder);
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const dependency of needed) addPackage(root, folder, dependency, packages);
}

/** As Node looks: in the nearest `node_modules`, then further up. */
function findPackage(root: string, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(root, candidate, 'package.json'))) return candidate;
    if (folder === '.') return undefined;
  }
}
