import type { Member } from './scan.ts';

/** A change of a top-level member: its new value as JSON text, or its removal. */
export interface Edit {
  readonly name: string;
  readonly json: string | undefined;
}

/**
 * Changes top-level members of a JSON object and leaves every other byte as it was. `members` are those of the scan of
 * these bytes; the last edit of a name counts.
 */
export function patchMembers(bytes: Buffer, members: readonly Member[], edits: readonly Edit[]): Buffer {
  const wanted = new Map<string, string | undefined>();
  for (const edit of edits) wanted.set(edit.name, edit.json);
  const first = members[0];
  const parts: Buffer[] = [];
  // Each kept member is written with what stands before it, its comma left out; the comma is then ours to place.
  let isEmpty = true;
  let copiedTo = first === undefined ? bytes.indexOf('{') + 1 : first.start;
  parts.push(bytes.subarray(0, copiedTo));
  for (const [index, member] of members.entries()) {
    const next = members[index + 1];
    const isEdited = wanted.has(member.name);
    const json = wanted.get(member.name);
    wanted.delete(member.name);
    if (isEdited && json === undefined) continue;
    if (!isEmpty) parts.push(separator(bytes, members[index - 1], member));
    parts.push(bytes.subarray(member.start, isEdited ? member.valueStart : member.end));
    if (json !== undefined) parts.push(Buffer.from(json));
    isEmpty = false;
    if (next === undefined) break;
  }
  for (const [name, json] of wanted) {
    if (json === undefined) continue;
    parts.push(Buffer.from(`${isEmpty ? '' : ','}${JSON.stringify(name)}:${json}`));
    isEmpty = false;
  }
  copiedTo = members.at(-1)?.end ?? copiedTo;
  parts.push(bytes.subarray(copiedTo));
  return Buffer.concat(parts);
}

/** The comma and the blanks around it as they were, so that an untouched neighbourhood stays byte for byte. */
function separator(bytes: Buffer, before: Member | undefined, member: Member): Buffer {
  return before === undefined ? Buffer.from(',') : bytes.subarray(before.end, member.start);
}
