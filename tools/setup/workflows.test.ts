import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/* What continuous integration is told: the workflows on GitHub together do what `.ci/run` does anywhere else. */

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const workflows = globSync('.github/workflows/*.yml', { cwd: root }).sort();

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

describe('continuous integration', () => {
  it('takes every action by its commit, with the version beside it', () => {
    const used = workflows.flatMap((path) => read(path).match(/^.*\buses:.*$/gm) ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const line of used) expect(line).toMatch(/^ +- uses: [a-z-]+\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('runs the same targets in .ci/run and in the workflows, and the Makefile has them', () => {
    const everywhere = /^for target in (.*); do$/m.exec(read('.ci/run'))?.[1]?.split(' ') ?? [];
    const runs = workflows.flatMap((path) => {
      const { jobs } = parse(read(path)) as Workflow;
      return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = [] }) => run));
    });
    expect(runs.sort()).toEqual(everywhere.map((target) => `make ${target}`).sort());
    const makefile = read('Makefile');
    for (const target of everywhere) expect(makefile).toMatch(new RegExp(`^${target}: setup `, 'm'));
  });
});
