import type { Judgement } from '../controller.ts';
import { objectId } from '../object-id.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';

/** Of these older versions, those whose object is there, and not in force as it is written. */
export function stillWrong(
  older: readonly KindObject[],
  { problems, nacks }: Pick<Judgement, 'problems' | 'nacks'>,
  present: Iterable<KindObject>,
): readonly KindObject[] {
  if (older.length === 0) return [];
  const faulty = problems.flatMap(({ document, severity }) =>
    severity === 'error' && document !== undefined ? [document] : [],
  );
  const wrong = new Set([...faulty, ...nacks.keys()]);
  const candidates = new Map(
    older.map((each) => [objectId(each.kind, each.object), each] as const).filter(([id]) => wrong.has(id)),
  );
  if (candidates.size === 0) return [];
  const found = new Set<KindObject>();
  for (const { kind, object } of present) {
    const candidate = candidates.get(objectId(kind, object));
    if (candidate !== undefined && candidate.object.metadata.uid === object.metadata.uid) found.add(candidate);
  }
  return older.filter((each) => found.has(each));
}
