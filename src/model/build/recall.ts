import { hasSameEntries } from '../../lib/same-entries.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { BuildContext } from './context.ts';
import type { Surroundings } from './surroundings.ts';

/** What a part that is recalled may do: everything that it looks at besides is named by whoever recalls it. */
export interface RecallableContext extends Pick<BuildContext, 'reject' | 'warn' | 'isGranted'> {
  readonly surroundings: Pick<Surroundings, 'namespaceLabels'>;
}

/** Parts that were built of documents before, with what was looked at and what was said meanwhile. */
export type Recollection<D extends PolicyDocument, T> = WeakMap<D, Recalled<T>>;

interface Recalled<T> {
  readonly value: T;
  seen: readonly unknown[];
  readonly labels: ReadonlyMap<string, ReadonlyMap<string, string> | undefined>;
  readonly remarks: readonly Remark[];
}

type Remark = readonly ['reject' | 'warn', ...Parameters<BuildContext['reject']>];

/**
 * Builds a part of each document only if the document or something in `seen` is another one than last time, and says
 * again what was said then. So of thousands of documents the one that has changed is built, and all others give the
 * identical objects. `seen`: everything that the part looks at, as objects that are the same as long as they say the same.
 */
export function recalling<D extends PolicyDocument, T>(
  recollection: Recollection<D, T>,
  seen: readonly unknown[],
  context: RecallableContext,
  build: (document: D, context: RecallableContext) => T,
): (document: D) => T {
  const equal = new Map<readonly unknown[], boolean>([[seen, true]]);
  const isSeen = (before: readonly unknown[]): boolean => {
    const known = equal.get(before) ?? hasSameItems(before, seen);
    equal.set(before, known);
    return known;
  };
  return (document) => {
    const known = recollection.get(document);
    if (known !== undefined && isSeen(known.seen) && hasSameLabels(known.labels, context)) {
      // What all documents saw is compared once in a build, and not once for each of them.
      known.seen = seen;
      for (const [severity, ...remark] of known.remarks) context[severity](...remark);
      return known.value;
    }
    const { listening, labels, remarks } = listeningTo(context);
    const value = build(document, listening);
    recollection.set(document, { value, seen, labels, remarks });
    return value;
  };
}

function listeningTo(context: RecallableContext) {
  const labels = new Map<string, ReadonlyMap<string, string> | undefined>();
  const remarks: Remark[] = [];
  const listening: RecallableContext = {
    reject(...remark) {
      remarks.push(['reject', ...remark]);
      context.reject(...remark);
    },
    warn(...remark) {
      remarks.push(['warn', ...remark]);
      context.warn(...remark);
    },
    isGranted: context.isGranted,
    surroundings: {
      namespaceLabels(namespace) {
        const found = context.surroundings.namespaceLabels(namespace);
        labels.set(namespace, found);
        return found;
      },
    },
  };
  return { listening, labels, remarks };
}

function hasSameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function hasSameLabels(labels: Recalled<unknown>['labels'], { surroundings }: RecallableContext): boolean {
  for (const [namespace, before] of labels) {
    const now = surroundings.namespaceLabels(namespace);
    if (now !== before && !(now && before && hasSameEntries(now, before))) return false;
  }
  return true;
}
