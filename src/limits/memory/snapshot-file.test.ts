import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../e2e/support/until.ts';
import { createLogger, silentLogger } from '../../lib/log.ts';
import type { Counter } from '../counter.ts';
import type { Store } from '../store.ts';
import { charge, figures, finish, settle, take } from '../testing/answers.ts';
import { createMemoryStore } from './memory-store.ts';
import { openSnapshotStore } from './snapshot-file.ts';

let folder: string;
let now = Date.UTC(2026, 10, 21);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-snapshot-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const counters: readonly Counter[] = [
  { kind: 'bucket', key: 'bucket', limit: 1_000, windowMs: 70_000 },
  { kind: 'calendar', key: 'month', limit: 1_000, unit: 'month', timeZone: 'Europe/Berlin' },
  { kind: 'rolling', key: 'rolling', limit: 1_000, windowMs: 86_400_000 },
  { kind: 'concurrency', key: 'concurrency', limit: 1_000 },
];

const noSense = 'one of its counters does not make sense';

/** A snapshot of one counter, all of which makes sense but what is changed. */
const written = (change: object): string => {
  const counter = { key: 'a', spec: 'fixed 1 1', used: 0, since: 0, scale: 1, slices: [], held: [] };
  return JSON.stringify({ version: 1, counters: [{ ...counter, ...change }] });
};

describe('a memory store with a snapshot file', () => {
  it('goes on where it was, and returns what was running when it died', async () => {
    const options = { path: join(folder, 'goes-on.json'), log: silentLogger, now: () => now };
    const before = await openSnapshotStore(options);
    for (const counter of counters) {
      await settle(before, { id: `used-${counter.key}`, items: [{ counter, amount: 300, isWatched: true }] });
      await take(before, `running-${counter.key}`, counter, 200);
      await charge(before, { id: `running-${counter.key}`, items: [{ counter, amount: 50 }] });
    }
    const figuresBefore = await Promise.all(counters.map((counter) => figures(before, counter)));
    await before.close();
    const after = await openSnapshotStore(options);
    expect(await Promise.all(counters.map((counter) => figures(after, counter)))).toEqual(figuresBefore);
    for (const counter of counters.slice(1, 3)) {
      const more = { id: `more-${counter.key}`, items: [{ counter, amount: 5, isWatched: true }] };
      expect(await settle(after, more)).toMatchObject({ figures: [{ spentBefore: 300 }] });
    }
    now += 60_000;
    for (const counter of counters) expect((await figures(after, counter)).reserved).toBe(0);
    for (const counter of counters.slice(1, 3)) expect((await figures(after, counter)).used).toBe(355);
    expect((await after.list('')).map((report) => report.drift)).toEqual([0, 0, 0, 0]);
    await after.close();
    expect(await readdir(folder)).toEqual(['goes-on.json']);
    // It names users.
    expect((await stat(options.path)).mode & 0o077).toBe(0);
  });

  it('remembers what it has told by two limits of a counter', async () => {
    const options = { path: join(folder, 'told.json'), log: silentLogger, now: () => now };
    const by = (limit: number): Counter => ({ kind: 'rolling', key: 'told', limit, windowMs: 86_400_000 });
    let serial = 0;
    const tell = async (store: Store, limit: number, amount: number) =>
      settle(store, { id: `told-${++serial}`, items: [{ counter: by(limit), amount, isWatched: true }] });
    const before = await openSnapshotStore(options);
    await tell(before, 1_000, 600);
    await tell(before, 500, 100);
    await before.close();
    const after = await openSnapshotStore(options);
    expect(await tell(after, 500, 1)).toMatchObject({ figures: [{ spentBefore: 700 }] });
    expect(await tell(after, 1_000, 1)).toMatchObject({ figures: [{ spentBefore: 600 }] });
    await after.close();
    await rm(options.path);
  });

  it('says nothing where there is none yet, and writes none any more once it is closed', async () => {
    const path = join(folder, 'first.json');
    const lines: string[] = [];
    const log = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
    const store = await openSnapshotStore({ path, intervalMs: 5, log });
    await store.close();
    await rm(path);
    await sleep(30);
    expect(await readdir(folder)).not.toContain('first.json');
    expect(lines).toEqual([]);
  });

  it.each([
    ['not JSON', 'it is not JSON', '{"version":1,'],
    ['something else', 'it is no snapshot', '[]'],
    ['of another version', 'it is no snapshot', '{"version":2,"counters":[]}'],
    ['with a counter that is none', noSense, '{"version":1,"counters":[{"key":"a","spec":"bucket x"}]}'],
    ['with a negative amount', noSense, written({ used: -1 })],
    ['with half a slice', noSense, written({ slices: [[0]] })],
    ['with a reservation of nobody', noSense, written({ held: [[7, 0, 1, 0, 0]] })],
    ['with a reservation of no amount', noSense, written({ held: [['a', 0, 'x', 0, 0]] })],
    ['without reservations', noSense, written({ held: undefined })],
  ])('says so and starts empty when the file is %s', async (_, problem, text) => {
    const path = join(folder, 'broken.json');
    await writeFile(path, text);
    const lines: string[] = [];
    const log = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
    const store = await openSnapshotStore({ path, log });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { path, problem, movedTo: `${path}.unusable`, msg: expect.stringContaining('counters start at zero') },
    ]);
    expect(await store.list('')).toEqual([]);
    await store.close();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ version: 1, counters: [] });
    // It may be somebody else's, or of a newer version.
    expect(await readFile(`${path}.unusable`, 'utf8')).toBe(text);
    await rm(path);
    await rm(`${path}.unusable`);
  });

  it('is no file: nothing is written in its place', async () => {
    const path = join(folder, 'is-a-folder');
    await mkdir(path);
    const store = await openSnapshotStore({ path, log: silentLogger });
    await store.close();
    expect(await readdir(path)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.includes('is-a-folder'))).toEqual(['is-a-folder']);
    await rm(path, { recursive: true });
  });

  it('leaves nothing behind of a write that does not come to its end', async () => {
    const path = join(folder, 'becomes-a-folder');
    const store = await openSnapshotStore({ path, log: silentLogger });
    await mkdir(join(path, 'inside'), { recursive: true });
    await store.close();
    expect((await readdir(folder)).filter((name) => name.includes('becomes'))).toEqual(['becomes-a-folder']);
    await rm(path, { recursive: true });
  });

  it('cannot be written: says so once, and again when it can', async () => {
    const notFolder = join(folder, 'not-a-folder');
    await writeFile(notFolder, '');
    const lines: string[] = [];
    const log = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
    const store = await openSnapshotStore({ path: join(notFolder, 'snapshot.json'), intervalMs: 5, log });
    const said = (text: string) => lines.filter((line) => line.includes(text)).length;
    await until('a write has failed', () => said('could not be written') > 0);
    await sleep(50);
    expect(said('could not be written')).toBe(1);
    await rm(notFolder);
    await mkdir(notFolder);
    await until('a write has succeeded', () => said('is written again') > 0);
    await sleep(50);
    expect(said('is written again')).toBe(1);
    await store.close();
    expect(JSON.parse(await readFile(join(notFolder, 'snapshot.json'), 'utf8'))).toMatchObject({ version: 1 });
    await rm(notFolder, { recursive: true });
  });
});

describe('a memory store', () => {
  it('forgets counters that hold nothing, so that invented values cost no memory', async () => {
    let moment = Date.UTC(2026, 10, 21);
    const store = createMemoryStore({ now: () => moment });
    for (let n = 0; n < 20_000; n++) {
      moment += 10;
      await finish(store, `r${n}`, { kind: 'bucket', key: `key-${n}`, limit: 10, windowMs: 1_000 }, 1);
    }
    expect(store.size).toBeLessThan(2_500);
  });

  it('answers before the call returns', () => {
    let isAnswered = false;
    createMemoryStore().reserve({ id: 'a', ttlMs: 1, items: [] }, () => {
      isAnswered = true;
    });
    expect(isAnswered).toBe(true);
  });
});
