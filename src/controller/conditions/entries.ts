import type { ParentReference } from '../../model/build/attachment.ts';
import { type Fields, fieldsOf, listOf } from './fields.ts';

export const referenceFields = { parents: 'parentRef', ancestors: 'ancestorRef' } as const;

/** The entry that a controller has written for this reference, if it has. */
export function ownEntry(
  status: Fields,
  list: keyof typeof referenceFields,
  controllerName: string,
  reference: ParentReference,
): Fields {
  const field = referenceFields[list];
  const key = writtenKey(reference);
  const isIt = (entry: Fields): boolean =>
    entry.controllerName === controllerName && writtenKey(fieldsOf(entry[field])) === key;
  return listOf(status[list]).find(isIt) ?? {};
}

/** Equal for equal references. We write all of these fields, so that what lacks one is another. */
export function writtenKey({ group, kind, namespace, name, sectionName, port }: Fields | ParentReference): string {
  return JSON.stringify([group, kind, namespace, name, sectionName, port]);
}
