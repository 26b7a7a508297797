import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closureOf } from './closure.ts';
import { imageContents } from './contents.ts';
import { layOut } from './lay-out.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-image-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths of all files below a folder. */
function filesIn(laidOut: string): readonly string[] {
  return readdirSync(laidOut, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('an image of a program', () => {
  it('holds the packages that it loads, with theirs, and no others', () => {
    const { packages } = closureOf(root, ['cmd/processor/main.ts']);
    expect(packages).toEqual(expect.arrayContaining(['node_modules/pino', 'node_modules/@grpc/grpc-js']));
    expect(packages).toContain('node_modules/sonic-boom');
    expect(packages).not.toContain('node_modules/@kubernetes/client-node');
    expect(packages).not.toContain('node_modules/vitest');
  });

  it('holds no tests', () => {
    const { files } = closureOf(root, ['cmd/controller/main.ts', 'cmd/processor/main.ts']);
    expect(files.filter((file) => /\.test\.ts$|\/testing\//.test(file))).toEqual([]);
  });

  /*
   * What they weigh today is two thirds to four fifths of these limits. A package that adds as much as that to every pull
   * is somebody's decision: raise the limit in the commit that adds it, and say what it is for.
   */
  describe.each([
    { image: 'controller', megabytes: 60, files: 7_000 },
    { image: 'processor', megabytes: 20, files: 3_500 },
    { image: 'practice', megabytes: 0.2, files: 80 },
  ] as const)('$image', { timeout: 120_000 }, ({ image, megabytes, files }) => {
    let laidOut: string;

    beforeAll(async () => {
      laidOut = join(folder, image);
      await layOut(root, laidOut, [imageContents[image].main]);
    }, 120_000);

    it('runs where nothing else of the repository is', () => {
      const program = join(laidOut, imageContents[image].main);
      const text = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
      expect(text).toContain(image);
      expect(text).toContain('--help');
    });

    it('is small', () => {
      const found = filesIn(laidOut);
      expect(found.length).toBeLessThan(files);
      expect(found.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6).toBeLessThan(megabytes);
    });

    it('has nothing that is made for one architecture, since one layer serves them all', () => {
      expect(filesIn(laidOut).filter(isMachineCode)).toEqual([]);
    });
  });
});

/** ELF, Mach-O and PE, which all systems that Node runs on take between them. */
function isMachineCode(file: string): boolean {
  const start = Buffer.alloc(4);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, start, 0, start.length, 0);
  closeSync(descriptor);
  return /^(7f454c46|c[ef]faedfe|cafebabe|4d5a)/.test(start.toString('hex'));
}

describe('layOut()', () => {
  const manifest = JSON.stringify({ name: 'pack', version: '1.0.0', dependencies: { inner: '1' } });
  const sources: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify({ name: 'sluice', version: '1.2.3', type: 'module', scripts: { test: 'vitest' } }),
    LICENSE: 'Apache\n',
    'cmd/main.ts': "import 'pack';\nimport '../src/part.ts';\n",
    'src/part.ts': '',
    'src/other.ts': '',
    'node_modules/pack/package.json': manifest,
    'node_modules/pack/LICENSE': 'MIT\n',
    'node_modules/pack/index.js': '',
    'node_modules/pack/index.js.map': '{}',
    'node_modules/pack/index.d.ts': '',
    'node_modules/pack/prebuilds/darwin-arm64/pack.bare': '\xcf\xfa\xed\xfe',
    'node_modules/pack/bin/pack': '#!/bin/sh\n',
    'node_modules/pack/node_modules/inner/package.json': '{"name":"inner"}',
    'node_modules/pack/node_modules/unused/package.json': '{"name":"unused"}',
  };

  /** The same commit on another machine: files have the modes that a umask leaves, and the time at which they came. */
  async function checkOut(name: string, umask: number, time: number): Promise<string> {
    const checkout = join(folder, name);
    for (const [path, text] of Object.entries(sources)) {
      const file = join(checkout, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      await chmod(file, (path.includes('/bin/') ? 0o777 : 0o666) & ~umask);
      await chmod(dirname(file), 0o777 & ~umask);
      await utimes(file, time, time);
    }
    return checkout;
  }

  /** What a layer has of a folder, but for the times, which whoever packs it sets to one for all. */
  function layerOf(laidOut: string): readonly string[] {
    return readdirSync(laidOut, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((path) => {
        const state = statSync(join(laidOut, path));
        const content = state.isFile() ? readFileSync(join(laidOut, path)) : '';
        const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
        return `${path} ${(state.mode & 0o7777).toString(8)} ${hash}`;
      });
  }

  it('makes the same of the same commit, whatever umask and time a checkout has, and readable by everybody', async () => {
    const layers: (readonly string[])[] = [];
    for (const [index, umask] of [0o022, 0o077, 0o002, 0].entries()) {
      const checkout = await checkOut(`checkout-${index}`, umask, 1_600_000_000 + index);
      const output = join(folder, `laid-out-${index}`);
      await layOut(checkout, output, ['cmd/main.ts']);
      layers.push(layerOf(output));
    }
    for (const layer of layers) expect(layer).toEqual(layers[0]);
    expect(layers[0]?.map((line) => line.replace(/ \w+$/, ''))).toEqual([
      'LICENSE 644',
      'cmd 755',
      'cmd/main.ts 644',
      'node_modules 755',
      'node_modules/pack 755',
      'node_modules/pack/LICENSE 644',
      'node_modules/pack/bin 755',
      'node_modules/pack/bin/pack 755',
      'node_modules/pack/index.js 644',
      'node_modules/pack/node_modules 755',
      'node_modules/pack/node_modules/inner 755',
      'node_modules/pack/node_modules/inner/package.json 644',
      'node_modules/pack/package.json 644',
      'node_modules/pack/prebuilds 755',
      'node_modules/pack/prebuilds/darwin-arm64 755',
      'package.json 644',
      'src 755',
      'src/part.ts 644',
    ]);
    const own = JSON.parse(readFileSync(join(folder, 'laid-out-0/package.json'), 'utf8'));
    expect(own).toEqual({ name: 'sluice', version: '1.2.3', type: 'module' });
  });
});
