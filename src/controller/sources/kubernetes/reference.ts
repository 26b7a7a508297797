import type { ObjectMeta } from '../../../kube/object.ts';

/** What is known of an object that was asked for. */
export type Reference<T> =
  | { readonly kind: 'present'; readonly value: T; readonly uid: string; readonly version: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread' }
  | { readonly kind: 'failed'; readonly reason: string };

export type PresentReference<T> = Extract<Reference<T>, { kind: 'present' }>;

/** Whether what is known is what a watch shows; `seen` is undefined where it shows no such object. */
export function isAsSeen(
  known: Reference<unknown>,
  seen: Pick<ObjectMeta, 'uid' | 'resourceVersion'> | undefined,
): boolean {
  if (known.kind === 'present') return seen?.uid === known.uid && seen.resourceVersion === known.version;
  return seen === undefined && known.kind === 'absent';
}

/** Whether this means something else to those who have asked for it. What was never read is news to nobody: they wait. */
export function isNews<T>(before: Reference<T>, after: Reference<T>, isEqual: (a: T, b: T) => boolean): boolean {
  if (before.kind === 'unread') return false;
  if (before.kind === 'present' && after.kind === 'present') return !isEqual(before.value, after.value);
  return before.kind !== after.kind;
}
