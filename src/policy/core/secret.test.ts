import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{data: {a: not base64}}',
    'error data.a the value (not repeated here) is not base64 — write base64, or use stringData',
  ],
  ['{data: {a: 7}}', 'error data.a a number stands here instead of base64 — write base64, or use stringData'],
  ['{data: replace-me}', 'error data a text stands here instead of a map — write names and values: {apiKey: …}'],
  [
    '{stringData: {"a b": c}}',
    'error stringData["a b"] "a b" is not a name of an entry — use letters, digits, - _ and .',
  ],
  ['{stringData: {a: {b: c}}}', 'error stringData.a a map stands here instead of a text — put it in quotes'],
  [
    '{strings: {a: b}}',
    'error strings is not a known field — remove it; known here: apiVersion, kind, metadata, type, data, stringData, immutable or status',
  ],
];

describe('Secret', () => {
  it('is sealed: what prints it shows a hash', () => {
    const [document] = parseSpec(
      'Secret',
      '{data: {a: cmVwbGFjZS1tZQ==, b: YQ==}, stringData: {b: replace-me-too}}',
    ).documents;
    if (document?.kind !== 'Secret') throw new Error('no Secret');
    const { a, b } = document.spec.data;
    expect([a?.reveal(), b?.reveal()]).toEqual(['replace-me', 'replace-me-too']);
    const printed = `${JSON.stringify(document)} ${inspect(document, { depth: 9 })}`;
    expect(printed).not.toContain('replace-me');
    expect(JSON.stringify(document)).toContain('sha256:');
  });

  it('is another document when a secret changes', () => {
    const hashes = ['replace-me', 'replace-me-too'].map(
      (secret) => parseSpec('Secret', `{stringData: {a: ${secret}}}`).documents[0]?.hash,
    );
    expect(new Set(hashes).size).toBe(2);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('Secret', spec)).toEqual(problems);
  });
});
