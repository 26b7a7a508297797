import { parseBody } from '../../json/parse.ts';
import type { TextLeaf } from '../leaf.ts';

/** `role[.field][?]: text` of each text that is found in this body. */
export function shownTexts(
  find: (api: string, body: object) => readonly TextLeaf[],
  api: string,
  body: unknown,
): readonly string[] {
  const parsed = parseBody(Buffer.from(JSON.stringify(body)));
  if (!parsed.ok) throw new Error(parsed.error);
  return find(api, parsed.value.value).map(
    ({ role, field, text, isUnknown }) =>
      `${role}${field === undefined ? '' : `.${field}`}${isUnknown ? '?' : ''}: ${text}`,
  );
}

/** Of something that is no text. */
export const base64 = 'JVBERi0xLjQK'.repeat(40);
