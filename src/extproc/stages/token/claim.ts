import type { Json, JsonMap } from '../../wire/struct-tree.ts';

/** A line of a request ends at one of these. */
const controls = /[\0\r\n]/;

/**
 * The value of a claim as a header, in latin1; undefined: there is none. As Envoy writes it: what has members, as JSON in
 * base64.
 */
export function claimText(claims: JsonMap, path: readonly string[]): string | undefined {
  let value: Json | undefined = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as JsonMap)[name];
  }
  const text = textOf(value);
  return text === '' || controls.test(text) ? undefined : Buffer.from(text, 'utf8').toString('latin1');
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? Buffer.from(JSON.stringify(value)).toString('base64') : String(value);
}
