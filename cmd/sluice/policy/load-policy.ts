import { resolve } from 'node:path';
import { readFolder } from '../../../src/controller/sources/files/read-folder.ts';
import { folderSurroundings } from '../../../src/controller/sources/files/surroundings.ts';
import { createSecretStore } from '../../../src/controller/sources/secrets/store.ts';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { ok } from '../../../src/lib/result.ts';
import { type BuiltPolicy, buildModel } from '../../../src/model/build/build.ts';
import type { Surroundings } from '../../../src/model/build/surroundings.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import type { Io } from '../cli/io.ts';
import { brokenReferences } from './broken-references.ts';
import { atTheirFields } from './exact-places.ts';
import { placeOf } from './place-of.ts';

export interface LoadedPolicy {
  readonly folder: string;
  readonly documents: readonly PolicyDocument[];
  readonly built: BuiltPolicy;
  /** Of the documents and of what they mean together, sorted by place. */
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** Put a stand-in for every secret, for machines that have none. */
  readonly skipSecrets: boolean;
}

/** Reads a folder once and builds the model, as the control plane would. */
export async function loadPolicy(
  name: string,
  io: Pick<Io, 'cwd' | 'env'>,
  options: LoadOptions,
): Promise<LoadedPolicy> {
  const folder = resolve(io.cwd, name);
  const { documents, problems } = await readFolder(folder);
  const secrets = createSecretStore({ env: io.env, onChange: () => undefined });
  try {
    // Tokens are for those who send requests: who only reads the policy asks nobody for one.
    const surroundings: Surroundings = {
      ...folderSurroundings(secrets),
      token: () => ({ value: 'stand-in' }),
      awsKey: () => ({ value: { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' } }),
    };
    const there = options.skipSecrets ? { ...surroundings, resolve: standIn, hasStandIns: true } : surroundings;
    const built = buildModel(documents, there);
    const together = [...built.problems, ...(await brokenReferences(documents, problems, there))];
    const found = [...problems, ...(await atTheirFields(together))];
    return { folder, documents, built, problems: found.sort(byPlace) };
  } finally {
    secrets.close();
  }
}

/** Different for each source, so that two secrets that are not there do not look like one used twice. */
const standIn: Surroundings['resolve'] = (source, from) => ok(sha256Hex(JSON.stringify([source, from.folder])));

function byPlace(a: Problem, b: Problem): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return left.line - right.line;
}
