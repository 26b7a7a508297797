import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../../cmd/sluice/commands.ts';
import { kinds, ownGroup, printableKinds } from '../../src/policy/kinds.ts';
import { places } from '../imports/table.ts';
import { compatibilityReference } from './compatibility-reference.ts';
import { fencesOf, generatedSections, markdownTable, withGenerated } from './markdown.ts';
import { renderSection } from './render-section.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'changes/*.md'], { cwd: root }).sort();
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

describe.each(pages)('%s', (page) => {
  it('says in its generated sections what the code says (make goldens rewrites them)', async () => {
    const current = read(page);
    const wanted = await withGenerated(current, renderSection);
    if (process.env.UPDATE_GOLDENS === '1' && wanted !== current) writeFileSync(join(root, page), wanted);
    expect(read(page)).toBe(wanted);
  });

  it('links only to files that are there', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    const missing = links.filter((link) => globSync(join(dirname(page), link), { cwd: root }).length === 0);
    expect(missing).toEqual([]);
  });
});

describe('the documentation', () => {
  it('describes every policy kind and every command', () => {
    const sections = pages.flatMap((page) => generatedSections(read(page)));
    const own = printableKinds.filter((kind) => kinds[kind].group === ownGroup);
    const foreign = printableKinds.filter((kind) => kinds[kind].group !== ownGroup);
    expect(sections).toEqual(expect.arrayContaining([...own, 'Gateway'].map((kind) => `policy ${kind}`)));
    expect(sections).toEqual(expect.arrayContaining(foreign.map((kind) => `compatibility ${kind}`)));
    expect(sections).toEqual(expect.arrayContaining(commands.map((row) => `help ${row.name}`)));
    expect(sections).toContain('errors');
  });

  it('says of every place of the import table what lives there', () => {
    const text = read('docs/architecture.md');
    expect(places.map((place) => place.path).filter((path) => !text.includes(`\`${path}`))).toEqual([]);
  });
});

describe('compatibilityReference()', () => {
  it('says what is honoured, refused, reported and without meaning', () => {
    const rows = [
      compatibilityReference('AIGatewayRoute'),
      compatibilityReference('BackendSecurityPolicy'),
      compatibilityReference('EnvoyProxy'),
      compatibilityReference('Secret'),
      compatibilityReference('AIServiceBackend'),
    ].map((table) => table.replaceAll(/ +/g, ' '));
    expect(rows[0]).toContain('| `spec.rules[].backendRefs[].weight` | honoured |');
    expect(rows[1]).toContain(
      '| `spec.credentialOverride` | reported in status: no credential is taken from a header of the request yet |',
    );
    expect(rows[2]).toContain('| `spec.provider` | not applicable: ');
    expect(rows[3]).toContain('| `stringData` | honoured |');
    expect(rows[4]).toContain('| `spec.responseBodyMutation` | **refused**: ');
  });
});

describe('fencesOf()', () => {
  it('finds blocks with their info string and line', () => {
    expect(fencesOf('a\n```sh run\nls\n\nls\n```\nb\n```\nc\n```\n')).toEqual([
      { info: 'sh run', text: 'ls\n\nls\n', line: 2 },
      { info: '', text: 'c\n', line: 8 },
    ]);
  });
});

describe('withGenerated()', () => {
  it('replaces what stands between the marks and nothing else', async () => {
    const page = 'a\n<!-- generated: x y -->\nold\n<!-- end -->\nb\n';
    const once = await withGenerated(page, (name) => Promise.resolve(`new $& ${name}`));
    expect(once).toBe('a\n<!-- generated: x y -->\n\nnew $& x y\n\n<!-- end -->\nb\n');
    expect(await withGenerated(once, (name) => Promise.resolve(`new $& ${name}`))).toBe(once);
  });
});

describe('markdownTable()', () => {
  it('keeps cells together that hold a bar', () => {
    expect(markdownTable(['a', 'b'], [['x | y', '']])).toBe('| a      | b   |\n| ------ | --- |\n| x \\| y |     |');
  });
});
