import type { BodyField, Header } from '../../gen/sluice/program/v1/program_pb.js';
import { ok, type Result } from '../../lib/result.ts';
import type { BodyEdit } from '../program.ts';
import { headerFault, refused } from './refusal.ts';

/** Flat: name, value, name, value… */
export function flatHeaders(headers: readonly Header[]): Result<readonly string[], string> {
  const flat: string[] = [];
  for (const { name, value } of headers) {
    const fault = headerFault(name.toLowerCase(), value);
    if (fault !== undefined) return refused(fault);
    flat.push(name.toLowerCase(), value);
  }
  return ok(flat);
}

export function headerNames(names: readonly string[]): Result<readonly string[], string> {
  const lower = names.map((name) => name.toLowerCase());
  for (const name of lower) {
    const fault = headerFault(name);
    if (fault !== undefined) return refused(fault);
  }
  return ok(lower);
}

/** What is both set and removed is set. */
export function bodyEditsOf(
  set: readonly BodyField[],
  removed: readonly string[],
): Result<readonly BodyEdit[], string> {
  const edits: BodyEdit[] = [];
  for (const { name, json } of set) {
    if (!isJson(json)) return refused(`set_body "${name}" is not JSON`);
    edits.push({ name, json });
  }
  for (const name of removed) if (!edits.some((edit) => edit.name === name)) edits.push({ name, json: undefined });
  return ok(edits);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
