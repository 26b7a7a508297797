import type { JsonPath, TextLeaf, TextRole } from './leaf.ts';

/** A whole string that holds a text, or JSON with texts in it. */
export interface TextString {
  readonly path: JsonPath;
  readonly role: TextRole;
  readonly field: string | undefined;
  readonly kind: 'text' | 'json';
  readonly text: string;
}

/** The strings around leaves, each once: streams bring JSON in pieces, so that its leaves are found on the way. */
export function stringsOf(leaves: readonly TextLeaf[], root: unknown): readonly TextString[] {
  const strings: TextString[] = [];
  let last: JsonPath | undefined;
  for (const { path, role, field, text, nested } of leaves) {
    if (nested === undefined) strings.push({ path, role, field, kind: 'text', text });
    else if (path !== last) strings.push({ path, role, field: undefined, kind: 'json', text: stringAt(root, path) });
    if (nested !== undefined) last = path;
  }
  return strings;
}

function stringAt(root: unknown, path: JsonPath): string {
  let value = root;
  for (const step of path) value = (value as Readonly<Record<string | number, unknown>>)[step];
  return String(value);
}
