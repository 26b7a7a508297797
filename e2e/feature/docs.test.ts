import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../cmd/sluice/testing/run-cli.ts';
import { fencesOf } from '../../tools/docs/markdown.ts';
import { shownOutput } from '../../tools/docs/shown-output.ts';

/**
 * What pages show is what happens. `sh run`: executed, in a folder that looks like the repository. `text output` right
 * behind it: what it prints, where … stands for any text. `yaml policy`: all of a page together are a valid policy.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'], { cwd: root }).sort();
const blocks = pages.map((page) => ({ page, fences: fencesOf(readFileSync(join(root, page), 'utf8')) }));

describe.each(blocks.filter(({ fences }) => fences.some((fence) => fence.info === 'sh run')))('$page', ({ fences }) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'));
    await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
    await symlink(join(root, 'bin'), join(folder, 'bin'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const runnable = fences.flatMap((fence, index) => (fence.info === 'sh run' ? [{ ...fence, index }] : []));

  // Commands start processes, which takes its time on a busy machine.
  it.each(runnable)('line $line runs: $text', { timeout: 120_000 }, async ({ text, index }) => {
    const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, NO_COLOR: '1' };
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder, env });
    const expected = fences[index + 1];
    if (expected?.info === 'text output') expect(stdout).toMatch(shownOutput(expected.text));
  });
});

describe.each(blocks.filter(({ fences }) => fences.some((fence) => fence.info === 'yaml policy')))(
  'the policies of $page',
  ({ fences }) => {
    it('are valid, all together', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-docs-'));
      try {
        const policies = fences.filter((fence) => fence.info === 'yaml policy');
        await Promise.all(policies.map(({ line, text }) => writeFile(join(folder, `line-${line}.yaml`), text)));
        const { status, out } = await runCli(['validate', '.', '--skip-secrets', '--fail-on-warn'], { cwd: folder });
        expect(out).toMatch(/^✓ \d+ documents?, no problem\n$/);
        expect(status).toBe(0);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);

describe('the pages', () => {
  it('show commands that run and policies that are checked', () => {
    const infos = blocks.flatMap(({ fences }) => fences.map((fence) => fence.info));
    expect(infos.filter((info) => info === 'sh run').length).toBeGreaterThan(4);
    expect(infos.filter((info) => info === 'yaml policy').length).toBeGreaterThan(2);
  });

  it('mark every block with something that this test, or one that has a gateway or a cluster, knows', () => {
    const known = ['sh', 'sh run', 'sh gateway', 'text', 'text output', 'yaml policy', 'yaml', 'json', 'ts'];
    const ofCluster = /^sh (cluster|split)( reader| background)?$/;
    const unknown = blocks.flatMap(({ page, fences }) =>
      fences
        .filter(({ info }) => !known.includes(info) && !ofCluster.test(info))
        .map(({ info, line }) => `${page}:${line} ${info}`),
    );
    expect(unknown).toEqual([]);
  });
});
