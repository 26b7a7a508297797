import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { err, ok } from '../../../lib/result.ts';
import { testFolder } from '../testing/folder.ts';
import type { ClusterSnapshot } from './snapshot.ts';
import { keepSnapshotFile, readSnapshot } from './snapshot-file.ts';

const server = 'https://10.0.0.1';

function snapshotOf(count: number): ClusterSnapshot {
  const object = (index: number) => ({
    apiVersion: 'sluice.dev/v1alpha1',
    metadata: { name: `a${index}`, namespace: 'n', uid: `${index}`, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { 'x-<&>': 'ü' },
    status: { conditions: [] },
  });
  return {
    server,
    asOf: 1_000,
    namespaces: [{ name: 'n', labels: { team: 'a' } }],
    objects: Array.from({ length: count }, (_, index) => ({ kind: 'Limit', object: object(index) })),
    lastGood: [{ kind: 'Limit', object: object(0) }],
    refused: [
      {
        gateway: 'g',
        typeUrl: 't',
        name: 'r',
        version: '1',
        text: 'no',
        by: ['envoy/1'],
        documents: { 'Limit/n/a0': 'h' },
      },
    ],
    references: [{ of: 'secret', key: 'n/s', uid: 'u', version: '7', value: { apiKey: 'hidden' } }],
  };
}

async function kept(content: () => ClusterSnapshot | undefined, everyMs = 10) {
  const folder = await testFolder();
  const errors: Error[] = [];
  const path = folder.at('snapshot');
  const file = keepSnapshotFile({
    path,
    content,
    isCurrent: () => true,
    everyMs,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => file.close());
  return { folder, path, file, errors };
}

async function taken(path: string): Promise<ClusterSnapshot | undefined> {
  const read = await readSnapshot(path, server);
  return read.ok ? read.value : undefined;
}

describe('keepSnapshotFile()', () => {
  it('keeps everything but what nobody reads after a restart, for its owner only', async () => {
    const { path, file, folder } = await kept(() => snapshotOf(250));
    file.changed();
    await file.close();
    const read = await taken(path);
    const wanted = snapshotOf(250);
    expect(read?.objects[249]).toEqual({
      kind: 'Limit',
      object: { ...wanted.objects[249]?.object, status: undefined },
    });
    expect(read).toMatchObject({
      namespaces: wanted.namespaces,
      references: wanted.references,
      refused: wanted.refused,
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).toEqual(['snapshot']);
    // As old as what it says, however much later it is written.
    expect(read?.asOf).toBe(wanted.asOf);
  });

  it('writes some time after a change, and no more often than it may', async () => {
    let asked = 0;
    const { file } = await kept(() => {
      asked++;
      return snapshotOf(1);
    }, 60);
    for (let index = 0; index < 20; index++) {
      file.changed();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await file.close();
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(7);
  });

  it('writes nothing while nothing is complete, and says when it cannot write', async () => {
    const nothing = await kept(() => undefined);
    nothing.file.changed();
    await nothing.file.close();
    expect(await readSnapshot(nothing.path, server)).toEqual(ok(undefined));
    const errors: Error[] = [];
    const nowhere = keepSnapshotFile({
      path: `${nothing.path}/no/folder`,
      content: () => snapshotOf(1),
      isCurrent: () => true,
      onError: (error) => errors.push(error),
    });
    nowhere.changed();
    await nowhere.close();
    expect(errors).toHaveLength(1);
  });
});

describe('keepSnapshotFile() of what stays', () => {
  const fast = { everyMs: 10, confirmMs: 40 };
  const ageOf = async (path: string): Promise<number> => (await stat(path)).mtimeMs;

  it('says again and again that it is true, as long as it is', async () => {
    const { at } = await testFolder();
    const path = at('snapshot');
    let isCurrent = true;
    const options = { path, content: () => snapshotOf(1), isCurrent: () => isCurrent, onError: () => undefined };
    const file = keepSnapshotFile({ ...options, ...fast });
    onTestFinished(() => file.close());
    file.changed();
    await expect.poll(() => ageOf(path).catch(() => 0)).toBeGreaterThan(1_000_000);
    isCurrent = false;
    await pause(60);
    await utimes(path, 1, 1);
    await pause(120);
    expect(await ageOf(path)).toBe(1_000);
  });

  it('does not call true what is behind, and catches up as soon as it can', async () => {
    const { at } = await testFolder();
    const path = at('later/snapshot');
    const errors: Error[] = [];
    const options = { path, content: () => snapshotOf(1), isCurrent: () => true };
    const file = keepSnapshotFile({ ...options, ...fast, onError: (error) => errors.push(error) });
    onTestFinished(() => file.close());
    file.changed();
    await expect.poll(() => errors.length).toBeGreaterThan(2);
    await mkdir(at('later'));
    await expect.poll(() => taken(path)).toBeDefined();
  });

  it('leaves the age of an older file alone while a newer one cannot take its place', async () => {
    const { at } = await testFolder();
    const path = at('snapshot');
    let now: ClusterSnapshot | undefined;
    const options = { path, content: () => now, isCurrent: () => true, onError: () => undefined };
    const file = keepSnapshotFile({ ...options, ...fast });
    onTestFinished(() => file.close());
    await writeFile(path, 'older');
    await utimes(path, 1, 1);
    file.changed();
    await pause(150);
    expect(await ageOf(path)).toBe(1_000);
    now = snapshotOf(2);
    await expect.poll(async () => (await taken(path))?.objects.length).toBe(2);
  });
});

describe('readSnapshot()', () => {
  it('takes nothing for a snapshot that is not whole, of another cluster, or of another format', async () => {
    const { path, file } = await kept(() => snapshotOf(3));
    file.changed();
    await file.close();
    const text = await readFile(path, 'utf8');
    const lines = text.split('\n');
    expect(await readSnapshot(path, 'https://elsewhere')).toEqual(
      err('it is of another API server, https://10.0.0.1 instead of https://elsewhere'),
    );
    for (const [broken, reason] of [
      ['', 'it is not a snapshot'],
      [text.slice(0, -3), 'it is not whole'],
      [lines.slice(0, -1).join('\n'), 'it is not whole'],
      [lines.toSpliced(2, 1).join('\n'), 'it is not whole'],
      [text.replace('"asOf"', '"when"'), 'it does not say of which API server it is'],
      [
        text.replace('/1"', '/2"'),
        'it is of another version, sluice-cluster-snapshot/2 instead of sluice-cluster-snapshot/1',
      ],
    ] as const) {
      await writeFile(path, broken);
      expect(await readSnapshot(path, server)).toEqual(err(reason));
    }
    const { path: folder } = await testFolder();
    expect(await readSnapshot(folder, server)).toEqual(err(expect.stringContaining('it cannot be read: EISDIR')));
  });

  it('skips kinds that it does not know', async () => {
    const { path, file } = await kept(() => snapshotOf(3));
    file.changed();
    await file.close();
    await writeFile(path, (await readFile(path, 'utf8')).replace('"kind":"Limit"', '"kind":"Later"'));
    expect((await taken(path))?.objects).toHaveLength(2);
  });
});
