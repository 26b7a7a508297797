import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findBinaries } from '../../kube/cluster/binaries.ts';
import { runCommand } from '../kube-run.ts';

export const chartFolder = join(import.meta.dirname, '../../../charts/sluice');

/** As much as tests want to know of a document that the chart renders. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export function helm(...args: readonly string[]): Promise<string> {
  const binaries = findBinaries(process.env, ['helm']);
  if (!binaries.ok) throw new Error(binaries.error);
  return runCommand(binaries.value.path('helm'), args);
}

/** Of no cluster in particular, by a Helm that may know none that the chart is for. */
export function renderChart(...args: readonly string[]): Promise<string> {
  return helm('template', 'sluice', chartFolder, '--namespace', 'sluice-system', ...args);
}

/** Of the bundled Redis: without a cluster each render makes one of its own. */
export function withoutPassword(rendered: string): string {
  return rendered.replace(/^( {2}password: )[A-Za-z0-9+/=]{44}$/gm, '$1c29tZQ==');
}

/** Throws where a document is no YAML, or has a key twice. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}
