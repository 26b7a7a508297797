import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/**
 * Tests found by file name: every `<case><inputSuffix>` in the folder is rendered and compared with
 * `<case><outputSuffix>`. A new case is a new file and no code. `make goldens` rewrites the outputs and removes those
 * whose input is gone; read the difference line by line, since it is what users would see.
 */
export function goldenCases(
  folder: string,
  inputSuffix: string,
  outputSuffix: string,
  render: (input: string, inputPath: string) => string | Promise<string>,
): void {
  const isUpdating = process.env.UPDATE_GOLDENS === '1';
  const files = readdirSync(folder).sort();
  const cases = files.filter((file) => file.endsWith(inputSuffix)).map((file) => file.slice(0, -inputSuffix.length));

  for (const name of cases) {
    it(`${name}${inputSuffix} gives ${name}${outputSuffix}`, async () => {
      const inputPath = join(folder, name + inputSuffix);
      const outputPath = join(folder, name + outputSuffix);
      const actual = await render(readFileSync(inputPath, 'utf8'), inputPath);
      if (isUpdating) writeFileSync(outputPath, actual);
      const expected = existsSync(outputPath) ? readFileSync(outputPath, 'utf8') : '(no such file; run `make goldens`)';
      expect(actual).toBe(expected);
    });
  }

  it(`every *${outputSuffix} has its *${inputSuffix}, and there is at least one`, () => {
    const orphans = files.filter(
      (file) => file.endsWith(outputSuffix) && !cases.includes(file.slice(0, -outputSuffix.length)),
    );
    if (isUpdating) for (const orphan of orphans) rmSync(join(folder, orphan));
    expect(isUpdating ? [] : orphans).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });
}
