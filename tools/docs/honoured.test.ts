import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { KindRow } from '../../src/policy/kind-row.ts';
import { type Kind, kinds, ownGroup, printableKinds } from '../../src/policy/kinds.ts';
import { fieldsOf } from './compatibility-reference.ts';

/*
 * A field that docs/compatibility.md calls honoured and that nobody reads is a promise that nobody keeps. By name only:
 * it finds what was forgotten, not what is read wrongly.
 */

const root = fileURLToPath(new URL('../../src/', import.meta.url));
const readers = globSync(['model/**/*.ts', 'controller/**/*.ts'], { cwd: root }).filter(
  (file) => !file.endsWith('.test.ts'),
);
const words = new Set(readers.flatMap((file) => readFileSync(root + file, 'utf8').match(/[A-Za-z_]\w*/g) ?? []));

/** Read under another name, or true whatever is written. */
const elsewhere: { readonly [K in Kind]?: readonly string[] } = {
  BackendTrafficPolicy: ['healthCheck'],
  Gateway: ['certificateRefs', 'sluice.dev/certificate-file', 'sluice.dev/key-file'],
  Secret: ['stringData'],
  SecurityPolicy: ['recomputeRoute'],
};

const foreign = printableKinds.filter((kind) => kinds[kind].group !== ownGroup);

describe('what is called honoured', () => {
  it.each(foreign)('is read by somebody: %s', (kind) => {
    const row: KindRow<unknown> = kinds[kind];
    const unread = fieldsOf(row.spec.json, '', undefined)
      .filter(({ verdict }) => verdict.kind === 'honoured')
      .map(({ name }) => name)
      .filter((name) => !words.has(name));
    expect([...new Set(unread)].sort()).toEqual(elsewhere[kind] ?? []);
  });
});
