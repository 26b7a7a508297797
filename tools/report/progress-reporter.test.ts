import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

function run(...files: string[]): { readonly status: number | null; readonly lines: readonly string[] } {
  const args = ['run', '--config', `${folder}testdata/vitest.config.ts`, `--reporter=${folder}progress-reporter.ts`];
  const { NO_COLOR: _none, VITEST: _inner, ...env } = process.env;
  const child = spawnSync('vitest', [...args, ...files], { encoding: 'utf8', env: { ...env, NO_COLOR: '1' } });
  return { status: child.status, lines: child.stdout.trimEnd().split('\n') };
}

describe('the progress reporter', () => {
  it('prints a line per file and ends with the closing line', () => {
    const { status, lines } = run('good');
    expect(lines[1]).toMatch(/^\[1\/1\] ✓ .*good\.case\.ts {2}2 passed, \d+\.\d s \(\d+\.\d s so far\)$/);
    expect(lines.at(-1)).toBe('2 passed, 0 failed');
    expect(status).toBe(0);
  });

  it('counts failed tests, files that do not load and errors nobody handled, and shows each in full', () => {
    const { status, lines } = run('good', 'bad', 'unloadable', 'unhandled');
    const text = lines.join('\n');
    expect(text).toMatch(/FAILED .*bad\.case\.ts > subtracts/);
    expect(text).toMatch(/- +"left": 2/);
    expect(text).toContain('Error: cannot load this');
    expect(text).toContain('FAILED unhandled error\n  Error: nobody waits for me');
    expect(text).toMatch(/✗ .*bad\.case\.ts {2}1 passed, 1 failed/);
    expect(lines.at(-1)).toBe('4 passed, 3 failed');
    expect(status).toBe(1);
  });

  it('names tests that passed at the second try only, and what failed at the first', () => {
    const { status, lines } = run('lucky');
    expect(lines.join('\n')).toMatch(
      /^only at the second try: .*lucky\.case\.ts > works now and then\n {2}AssertionError: expected 1 to be 2/m,
    );
    expect(lines.at(-1)).toBe('1 passed, 0 failed');
    expect(status).toBe(0);
  });

  it('fails when there is no test at all', () => {
    const { status, lines } = run('no-such-file');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(status).toBe(1);
  });
});
