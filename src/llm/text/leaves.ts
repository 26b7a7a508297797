import type { TextLeaf, TextString } from './leaf.ts';
import { nestedStrings } from './nested.ts';

/** The texts that strings hold: a string of JSON holds several. What ought to be JSON and is not is one text. */
export function leavesOf(strings: readonly TextString[]): readonly TextLeaf[] {
  const leaves: TextLeaf[] = [];
  for (const string of strings) {
    const nested = string.kind === 'json' ? nestedStrings(string.text) : undefined;
    if (nested === undefined) leaves.push(leafOf(string));
    else {
      const { path, role } = string;
      for (const { path: within, field, text, start, end } of nested) {
        const place = { path: within, start, end };
        leaves.push({ path, role, ...(field === undefined ? {} : { field }), text, nested: place });
      }
    }
  }
  return leaves;
}

function leafOf({ path, role, field, text, isUnknown }: TextString): TextLeaf {
  return { path, role, ...(field === undefined ? {} : { field }), text, ...(isUnknown ? { isUnknown } : {}) };
}
