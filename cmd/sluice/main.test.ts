import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const sluice = fileURLToPath(new URL('../../bin/sluice', import.meta.url));

describe('bin/sluice', () => {
  it('runs from any folder and through a symlink', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bin-'));
    try {
      symlinkSync(sluice, join(folder, 'sluice'));
      const { stdout } = await promisify(execFile)(join(folder, 'sluice'), ['schema'], { cwd: folder });
      expect(stdout).toContain('Provider');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('separates results from messages and ends with the code of the command', () => {
    const { status, stdout, stderr } = spawnSync(sluice, ['validat'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Did you mean');
  });

  it.skipIf(!existsSync('/dev/full'))('says that its output found no room', () => {
    const { status, stderr } = spawnSync('sh', ['-c', '"$0" schema Provider > /dev/full', sluice], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, 'sluice: The result cannot be written (ENOSPC).\n']);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const child = spawn('sh', ['-c', '"$0" schema Provider | true; echo done'.replace('$0', sluice)]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect([out, err]).toEqual(['done\n', '']);
  });
});
