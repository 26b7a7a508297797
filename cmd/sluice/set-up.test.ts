import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSetUpOld } from './set-up.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-set-up-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What Node says itself about this import. */
function importing(statement: string): unknown {
  const file = join(folder, `${Math.random()}.mjs`);
  writeFileSync(file, statement);
  const run = `import(${JSON.stringify(file)}).catch((e) => console.log(JSON.stringify({ m: e.message, c: e.code })))`;
  const said = JSON.parse(execFileSync(process.execPath, ['-e', run], { encoding: 'utf8', cwd: folder }));
  return Object.assign(new Error(said.m), said.c === undefined ? {} : { code: said.c });
}

describe('isSetUpOld()', () => {
  it.each([
    [true, "import '/clone/src/gen/envoy/nothing_pb.js'"],
    [true, "import 'a-package-that-is-not-installed'"],
    [false, "import '/clone/src/lib/nothing.ts'"],
    [false, "import { nothing } from 'node:fs'"],
    [false, "throw new Error('something else')"],
  ])('is %s of %s', (expected, statement) => {
    expect(isSetUpOld(importing(statement))).toBe(expected);
  });

  it('is true of a name that generated code does not have yet', () => {
    mkdirSync(join(folder, 'src/gen'), { recursive: true });
    writeFileSync(join(folder, 'src/gen/a_pb.mjs'), 'export const one = 1;');
    expect(isSetUpOld(importing("import { two } from './src/gen/a_pb.mjs'"))).toBe(true);
  });
});
