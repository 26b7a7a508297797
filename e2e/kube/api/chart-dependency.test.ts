import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartFolder, helm, manifestsOf, renderChart } from '../../support/kube-api/chart.ts';
import { patience } from '../../support/kube-api/patience.ts';

/* The chart as a dependency of somebody else's, with the condition under which Helm's own `helm create` would place it. */

patience();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-dependency-'));
  await mkdir(join(folder, 'charts'));
  await symlink(chartFolder, join(folder, 'charts', 'sluice'));
  await writeFile(
    join(folder, 'Chart.yaml'),
    `apiVersion: v2
name: platform
version: 1.0.0
dependencies: [{ name: sluice, version: "*", repository: "", condition: sluice.enabled }]
`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function kindsOf(rendered: Promise<string>): Promise<readonly string[]> {
  return manifestsOf(await rendered).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

const renderPlatform = (...args: readonly string[]): Promise<string> =>
  helm('template', 'sluice', folder, '--namespace', 'sluice-system', ...args);

describe('the chart as a dependency', () => {
  it('makes what it makes alone, and nothing where it is switched off', async () => {
    const alone = await kindsOf(renderChart());
    expect(alone.length).toBeGreaterThan(10);
    expect(await kindsOf(renderPlatform('--set', 'sluice.enabled=true'))).toEqual(alone);
    expect(await kindsOf(renderPlatform('--set', 'sluice.enabled=false'))).toEqual([]);
  });

  it('cannot be switched off alone, where nobody would read it', async () => {
    await expect(renderChart('--set', 'enabled=false')).rejects.toThrow('enabled');
  });
});
