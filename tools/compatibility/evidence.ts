import { getOrCreate } from '../../src/lib/get-or-create.ts';
import type { Problem } from '../../src/policy/problem.ts';
import { listedValues, otherValues, removed, replaced } from './changes.ts';
import { type Row, schemaAt } from './rows.ts';
import { type Scene, type Spot, spotsOf } from './scenes.ts';
import { type Served, served } from './served.ts';

/**
 * What shows that a field is honoured.
 * - `nothing`: whatever is written there, the same is served.
 * - `unwritten`: no scene has it.
 */
export type Evidence = 'a difference' | 'one value' | 'nothing' | 'unwritten';

/**
 * Writes other things into the field until something else is served. Where there is only one thing that can be written,
 * everything else being refused at once, the field says nothing that could make a difference.
 */
export function evidenceOf(row: Row): Evidence {
  let best: Evidence = 'unwritten';
  for (const spot of spotsOf(row.kind, row.path)) {
    const found = lookAt(row, spot);
    if (found === 'a difference') return found;
    if (best !== 'one value') best = found;
  }
  return best;
}

const before = new WeakMap<Scene, Served>();

function lookAt(row: Row, spot: Spot): Evidence {
  const json = schemaAt(row.kind, spot.path);
  const base = servedBefore(spot.scene);
  let canBeOther = false;
  for (const value of otherValues(spot, json)) {
    const after = servedWith(spot, value);
    if (after.written.some((problem) => isNewError(problem, base))) continue;
    if (base.places.some((place, index) => place().content !== after.places[index]?.().content)) return 'a difference';
    if (value !== removed) canBeOther = true;
  }
  return !canBeOther && isChoice(row, json) ? 'one value' : 'nothing';
}

function servedBefore(scene: Scene): Served {
  return getOrCreate(before, scene, () => served(scene.manifests, scene.readsSecrets));
}

/** The scene with something else at one place. */
function servedWith({ scene, index, path }: Spot, value: unknown): Served {
  const manifests = scene.manifests.map((each, at) => (at === index ? replaced(each, path, value) : each));
  return served(manifests, scene.readsSecrets);
}

function isNewError(problem: Problem, base: Served): boolean {
  return (
    problem.severity === 'error' &&
    !base.written.some(({ path, message }) => path === problem.path && message === problem.message)
  );
}

/** Where any text may stand, a text that is refused says nothing about the others. */
function isChoice(row: Row, json: Parameters<typeof listedValues>[0]): boolean {
  return listedValues(json).length > 0 || row.name === 'group' || row.name === 'kind';
}
