import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

// In the text of an address a blank is %20, and a folder of that name does not exist.
const addressForPath = /import\.meta\.url\)\s*\.pathname/;

it('works in a folder with blanks and umlauts in its path: no file is looked for by the text of an address', () => {
  const files = globSync('{bench,cmd,e2e,src,tools}/**/*.ts', { cwd: root }).filter(
    (path) => !path.startsWith('src/gen/'),
  );
  expect(files.length).toBeGreaterThan(1000);
  expect(files.filter((path) => addressForPath.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});
