import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../lib/testing/random.ts';
import { fileTarget } from './file-target.ts';
import { type ByteTarget, LineDelivery } from './line-delivery.ts';
import { QueuedSink } from './queued-sink.ts';
import { createLineSink } from './sinks.ts';
import { eventually, recordedMetrics } from './testing/recorded-metrics.ts';

const records = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ n: n + from, text: 'ä'.repeat(n % 9) }));
const fast = { collectMs: 1, backOffMs: 1 };

function parsed(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('LineDelivery', () => {
  /** Takes a few bytes, and fails as often as a full disk does. */
  function fullDisk(seed: number): ByteTarget & { text(): string } {
    const taken: Buffer[] = [];
    const random = seededRandom(seed);
    return {
      text: () => Buffer.concat(taken).toString(),
      open: () => (random.next() < 0.2 ? Promise.reject(new Error('no')) : Promise.resolve('same')),
      async write(bytes) {
        if (random.next() < 0.4) throw Object.assign(new Error(`cannot write ${bytes.toString()}`), { code: 'ENOSPC' });
        const count = random.below(8) * 5;
        taken.push(Buffer.from(bytes.subarray(0, count)));
        return Math.min(count, bytes.length);
      },
      close: () => Promise.resolve(),
    };
  }

  it.each([1, 2, 3, 4, 5])('completes torn lines, whatever a target does (%d)', async (seed) => {
    const target = fullDisk(seed);
    const metrics = recordedMetrics();
    const sink = new QueuedSink(new LineDelivery(target), { ...fast, backOffMs: 0, batch: 5, metrics });
    for (const record of records(60)) sink.write(record);
    await eventually(() => metrics.counts.written === 60);
    expect(parsed(target.text())).toEqual(records(60));
    expect(target.text().endsWith('\n')).toBe(true);
    // What was to be written is not in what is told about it.
    expect(new Set(metrics.counts.failed)).toEqual(new Set(['ENOSPC', 'Error', 'nothing was taken']));
    await sink.close(100);
  });

  it('begins a torn line anew in another file', async () => {
    const files = [''];
    const target: ByteTarget = {
      open: async () => (files.length === 2 ? 'anew' : 'same'),
      async write(bytes) {
        if (files.length === 1 && files[0] !== '') throw new Error('full');
        files[files.length - 1] += bytes.subarray(0, 4).toString();
        return 4;
      },
      close: async () => undefined,
    };
    const delivery = new LineDelivery(target);
    const line = [{ json: '{"n":12}', bytes: 8 }];
    expect(await delivery.deliver(line)).toEqual({ count: 0, error: 'Error' });
    files.push('');
    expect(await delivery.deliver(line)).toEqual({ count: 1 });
    expect(files).toEqual(['{"n"', '{"n":12}\n']);
  });
});

describe('a file that two write to', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-shared-'));
    path = join(folder, 'usage.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const record = (n: number) => {
    const json = JSON.stringify({ n });
    return [{ json, bytes: json.length }];
  };

  /** The disk is full behind the third byte, until there is room again. */
  function tornOnce(): ByteTarget {
    const file = fileTarget(path);
    let room = 3;
    return {
      open: () => file.open(),
      close: () => file.close(),
      async write(bytes) {
        if (room === 0) {
          room = Number.POSITIVE_INFINITY;
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        }
        const count = await file.write(bytes.subarray(0, room));
        room -= count;
        return count;
      },
    };
  }

  it('has every record on a line of its own, though one was torn', async () => {
    const [one, two] = [new LineDelivery(tornOnce()), new LineDelivery(fileTarget(path))];
    expect(await two.deliver(record(1))).toEqual({ count: 1 });
    expect(await one.deliver(record(2))).toEqual({ count: 0, error: 'ENOSPC' });
    expect(await two.deliver(record(3))).toEqual({ count: 1 });
    expect(await one.deliver(record(2))).toEqual({ count: 1 });
    expect(await two.deliver(record(4))).toEqual({ count: 1 });
    expect(await readFile(path, 'utf8')).toBe('{"n":1}\n{"n\n{"n":3}\n{"n":2}\n{"n":4}\n');
    await Promise.all([one.close(), two.close()]);
  });

  it('has a torn line completed where nobody has written behind it', async () => {
    const delivery = new LineDelivery(tornOnce());
    expect(await delivery.deliver(record(1))).toEqual({ count: 0, error: 'ENOSPC' });
    expect(await delivery.deliver(record(1))).toEqual({ count: 1 });
    expect(await readFile(path, 'utf8')).toBe('{"n":1}\n');
    await delivery.close();
  });

  it('has its half line left by who was killed in the middle of it', async () => {
    await writeFile(path, '{"n":0}\n{"half');
    const delivery = new LineDelivery(fileTarget(path));
    expect(await delivery.deliver(record(1))).toEqual({ count: 1 });
    expect(await readFile(path, 'utf8')).toBe('{"n":0}\n{"half\n{"n":1}\n');
    await delivery.close();
  });
});

describe('createLineSink()', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-records-'));
    path = join(folder, 'usage.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (file: string): Promise<unknown[]> => parsed(await readFile(file, 'utf8').catch(() => ''));
  const has = (file: string, count: number) => eventually(async () => (await read(file)).length === count);

  it('appends lines to a file that not everybody may read', async () => {
    for (const from of [0, 10]) {
      const sink = createLineSink(path, fast);
      for (const record of records(10, from)) sink.write(record);
      await sink.close(5_000);
    }
    expect(await read(path)).toEqual([...records(10), ...records(10, 10)]);
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  it('goes on in a new file when its own is renamed or removed', async () => {
    const sink = createLineSink(path, fast);
    sink.write({ n: 1 });
    await has(path, 1);
    await rename(path, `${path}.1`);
    sink.write({ n: 2 });
    await has(path, 1);
    expect(await read(`${path}.1`)).toEqual([{ n: 1 }]);
    expect(await read(path)).toEqual([{ n: 2 }]);
    await unlink(path);
    sink.write({ n: 3 });
    await has(path, 1);
    expect(await read(path)).toEqual([{ n: 3 }]);
    await sink.close(1000);
  });

  it('waits for a folder that is not there yet', async () => {
    const metrics = recordedMetrics();
    const late = join(folder, 'late', 'usage.jsonl');
    const sink = createLineSink(late, { ...fast, metrics });
    for (const record of records(5)) sink.write(record);
    await eventually(() => metrics.counts.failed.includes('ENOENT'));
    await mkdir(join(folder, 'late'));
    await has(late, 5);
    expect(await read(late)).toEqual(records(5));
    await sink.close(1000);
  });

  it('keeps what a named pipe does not take, and the process may end meanwhile', async () => {
    const metrics = recordedMetrics();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const sink = createLineSink(pipe, { ...fast, metrics });
    // More than a pipe holds.
    const many = Array.from({ length: 300 }, (_, n) => ({ n, text: 'x'.repeat(500) }));
    for (const record of many) sink.write(record);
    await eventually(() => metrics.counts.failed.includes('ENXIO'));
    const reader = spawn('sh', ['-c', `exec 3<${pipe}; sleep 0.2; exec cat <&3`]);
    let text = '';
    reader.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await eventually(() => metrics.counts.written === 300);
    expect(metrics.counts.failed).toContain('EAGAIN');
    await sink.close(1000);
    await once(reader, 'close');
    expect(parsed(text)).toEqual(many);
    const script = `
      const { createLineSink } = await import(${JSON.stringify(new URL('./sinks.ts', import.meta.url).href)});
      const sink = createLineSink(${JSON.stringify(pipe)}, { collectMs: 1 });
      sink.write({ n: 1 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sink.close(1);
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore', timeout: 10_000 });
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('counts what a full device does not take', async () => {
    const metrics = recordedMetrics();
    const sink = createLineSink('/dev/full', { ...fast, maxRecords: 3, metrics });
    for (const record of records(10)) sink.write(record);
    await eventually(() => metrics.counts.failed.includes('ENOSPC'));
    await sink.close(20);
    expect(metrics.counts).toMatchObject({ written: 0, dropped: { full: 7, closed: 3 } });
    await chmod(folder, 0o700);
  });

  it('writes to standard output without waiting for who reads it', async () => {
    const script = `
      const { createLineSink } = await import(${JSON.stringify(new URL('./sinks.ts', import.meta.url).href)});
      const sink = createLineSink('-', { collectMs: 1 });
      const began = Date.now();
      for (let n = 0; n < 4000; n++) sink.write({ n, text: 'x'.repeat(100) });
      let longest = 0;
      let last = Date.now();
      const ticks = setInterval(() => { longest = Math.max(longest, Date.now() - last); last = Date.now(); }, 5);
      await new Promise((resolve) => setTimeout(resolve, 300));
      clearInterval(ticks);
      console.error(JSON.stringify({ longest }));
      await sink.close(20000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await eventually(() => err.includes('longest'));
    // A pipe holds 64 KiB; the reader begins only now.
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(parsed(out)).toHaveLength(4000);
    const told = JSON.parse(err.slice(err.indexOf('{"longest'))) as { longest: number };
    expect(told.longest).toBeLessThan(250);
  });
});
