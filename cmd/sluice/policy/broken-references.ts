import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buildModel } from '../../../src/model/build/build.ts';
import type { Surroundings } from '../../../src/model/build/surroundings.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import { type Problem, refersToNothing } from '../../../src/policy/problem.ts';
import { readableParts } from '../../../src/policy/readable-part.ts';
import { placeOf } from './place-of.ts';

/**
 * References to nothing in documents that are wrong for other reasons, which nobody follows until those are mended. Of all
 * that can be said about such documents only this is certain: it does not depend on what their wrong fields should be.
 */
export async function brokenReferences(
  documents: readonly PolicyDocument[],
  problems: readonly Problem[],
  surroundings: Surroundings,
): Promise<readonly Problem[]> {
  const files = new Set(
    problems.filter(({ severity }) => severity === 'error').map((problem) => placeOf(problem).file),
  );
  const known = new Set(documents.map(({ id }) => id));
  const readable: PolicyDocument[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const document of readableParts(text, file, dirname(file), Date.now())) {
      if (known.has(document.id)) continue;
      known.add(document.id);
      readable.push(document);
    }
  }
  if (readable.length === 0) return [];
  const ids = new Set(readable.map(({ id }) => id));
  const built = buildModel([...documents, ...readable], surroundings);
  return built.problems.filter(
    (problem) => problem.severity === 'error' && ids.has(problem.document) && refersToNothing(problem),
  );
}
