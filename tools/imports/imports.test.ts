import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkImport, isTestCode } from './check-import.ts';
import { type Import, importsOf, readImports, resolveImport } from './read-imports.ts';
import { exceptions, type Place, places } from './table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the imports of this repository', () => {
  const files = globSync(['src/**/*.ts', 'cmd/**/*.ts'], { cwd: root })
    .filter((path) => !path.startsWith('src/gen/') && !isTestCode(path))
    .sort();
  const edges = files.flatMap((from) => readImports(root, from).map((to) => ({ from, to })));
  const forbidden = edges.flatMap(({ from, to }) => {
    const why = checkImport(from, to, places);
    const target = to.kind === 'file' ? to.path : to.kind === 'package' ? to.name : '';
    return why === undefined ? [] : [{ from, to: target, why }];
  });
  const isException = (edge: { readonly from: string; readonly to: string }): boolean =>
    exceptions.some((exception) => exception.from === edge.from && exception.to === edge.to);

  it('are all read', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(edges.length).toBeGreaterThan(100);
  });

  it('obey the table', () => {
    const unexpected = forbidden.filter((edge) => !isException(edge));
    expect(unexpected.map((edge) => `${edge.from} → ${edge.to}: ${edge.why}`)).toEqual([]);
  });

  it('need every exception that the table makes', () => {
    const unused = exceptions.filter(
      (exception) =>
        !forbidden.some((edge) => isException(edge) && edge.from === exception.from && edge.to === exception.to),
    );
    expect(unused).toEqual([]);
  });
});

describe('checkImport()', () => {
  const table: readonly Place[] = [
    { path: 'cmd/', mayImport: 'anything', packages: [] },
    { path: 'src/a/', mayImport: ['src/b/', 'src/leaf.ts', 'src/x/'], packages: ['yaml'] },
    { path: 'src/b/', mayImport: [], packages: [] },
    { path: 'src/b/inner/', mayImport: ['src/b/'], packages: [] },
    { path: 'src/leaf.ts', mayImport: [], packages: [] },
    { path: 'src/stages/', mayImport: [], packages: [], hasSeparateChildren: true },
    { path: 'src/x/y/', mayImport: [], packages: [] },
  ];
  const file = (path: string): Import => ({ kind: 'file', path });

  it.each([
    ['src/a/one.ts', file('src/a/deep/two.ts')],
    ['src/a/one.ts', file('src/b/one.ts')],
    ['src/a/one.ts', file('src/leaf.ts')],
    ['src/a/one.ts', file('src/x/y/one.ts')],
    ['src/a/one.ts', { kind: 'package', name: 'yaml' } as const],
    ['src/b/one.ts', { kind: 'built-in' } as const],
    ['src/b/inner/one.ts', file('src/b/one.ts')],
    ['src/stages/order.ts', file('src/stages/one/index.ts')],
    ['src/stages/one/index.ts', file('src/stages/stage.ts')],
    ['cmd/x/main.ts', file('src/b/inner/one.ts')],
  ])('allows %s → %j', (from, to) => {
    expect(checkImport(from, to, table)).toBeUndefined();
  });

  it.each([
    ['src/b/one.ts', file('src/a/one.ts'), 'src/b/ may not import src/a/'],
    ['src/a/one.ts', file('src/b/inner/one.ts'), 'src/a/ may not import src/b/inner/'],
    ['src/b/one.ts', { kind: 'package', name: 'yaml' } as const, 'may not import the package yaml'],
    ['src/a/one.ts', file('src/a/two.test.ts'), 'for tests only'],
    ['src/a/one.ts', file('e2e/support/x.ts'), 'for tests only'],
    ['src/a/one.ts', file('cmd/x/main.ts'), 'nobody imports cmd/'],
    ['src/stages/one/index.ts', file('src/stages/two/index.ts'), 'know nothing of each other'],
    ['src/new/one.ts', file('src/a/one.ts'), 'stands in no place'],
  ])('forbids %s → %j: %s', (from, to, why) => {
    expect(checkImport(from, to, table)).toContain(why);
  });
});

describe('importsOf()', () => {
  it('finds every form of import, over several lines, and none in comments', () => {
    const text = `import a from './a.ts';
import type { B } from "./b.ts";
import {
  c,
  type D,
} from '../c.ts';
import './e.ts';
export { f } from './f.ts'; export * from './g.ts';
// import x from './no.ts';
/** import y from './no.ts' */
const text = "from './no.ts'";
const h = () => import('./h.ts');
`;
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', '../c.ts', './e.ts', './f.ts', './g.ts', './h.ts']);
  });
});

describe('resolveImport()', () => {
  it('tells files, packages and built-in modules apart', () => {
    expect(resolveImport('src/a/b.ts', '../c.ts')).toEqual({ kind: 'file', path: 'src/c.ts' });
    expect(resolveImport('src/a/b.ts', '@grpc/grpc-js/build/x.js')).toEqual({ kind: 'package', name: '@grpc/grpc-js' });
    expect(resolveImport('src/a/b.ts', 'yaml')).toEqual({ kind: 'package', name: 'yaml' });
    expect(resolveImport('src/a/b.ts', 'node:fs')).toEqual({ kind: 'built-in' });
  });
});
