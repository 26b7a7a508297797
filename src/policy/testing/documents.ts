import type { KindRow } from '../kind-row.ts';
import { type Kind, kinds } from '../kinds.ts';
import { type ParsedText, parseDocuments } from '../parse.ts';

/** Times in tests are relative to this one. */
export const testNow = Date.parse('2026-06-01T00:00:00Z');

/** Parses one document of a kind, with the spec as YAML in flow style: `{schema: openai}`. */
export function parseSpec(kind: Kind, spec: string, name = 'example'): ParsedText {
  const row: KindRow<unknown> = kinds[kind];
  const head = `apiVersion: ${row.apiVersion}, kind: ${kind}, metadata: {name: ${name}}`;
  const isBeside = row.hasNoSpec === true;
  const text = isBeside
    ? `{${head}, ${spec.slice(1)}`
    : `${head.replaceAll(/, (?=kind|metadata)/g, '\n')}\nspec: ${spec}\n`;
  return parseDocuments(text, 'example.yaml', '/policy', { now: testNow });
}

/** What is understood of it; undefined where there is an error. */
export function specOf(kind: Kind, spec: string): unknown {
  return parseSpec(kind, spec).documents[0]?.spec;
}

/** `error spec.network "pubic" is not … — write public` */
export function problemsOf(kind: Kind, spec: string): readonly string[] {
  return problemLines(parseSpec(kind, spec));
}

export function problemLines(parsed: ParsedText): readonly string[] {
  return parsed.problems.map(({ severity, path, message, remedy }) => `${severity} ${path} ${message} — ${remedy}`);
}
