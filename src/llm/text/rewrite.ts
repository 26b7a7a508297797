import { editJson, type JsonEdit } from './edit.ts';
import type { TextLeaf } from './leaf.ts';

export interface Replacement {
  readonly leaf: TextLeaf;
  readonly text: string;
}

/**
 * The body with other texts. It differs from the given one in these strings only: numbers, blanks, order and escapes
 * elsewhere stay as they were, inside of nested JSON as well. `leaf`s are those of this very body; `removals` are values
 * that repeat texts, see `repetitionsIn()`.
 */
export function rewriteTexts(
  body: Buffer,
  replacements: readonly Replacement[],
  removals: readonly JsonEdit[] = [],
): Buffer {
  if (replacements.length === 0 && removals.length === 0) return body;
  return Buffer.from(editJson(body.toString('utf8'), [...replacements.map(editOf), ...removals]));
}

function editOf({ leaf, text }: Replacement): JsonEdit {
  const json = JSON.stringify(text);
  if (leaf.nested === undefined) return { path: leaf.path, to: json };
  return { path: leaf.path, to: [{ start: leaf.nested.start, end: leaf.nested.end, json }] };
}
