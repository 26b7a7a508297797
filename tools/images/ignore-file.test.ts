import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * What of the repository reaches an engine that builds the images. Engines agree which paths the patterns name, and differ
 * in where they look: BuildKit finds every exception, while buildah, podman and Docker's older builder pass by a folder that
 * is ignored unless the text of an exception begins with its path.
 */

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const copied = [...read('images/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
  names.split(' '),
);

interface Pattern {
  readonly text: string;
  readonly isException: boolean;
  readonly expression: RegExp;
}

const patterns: readonly Pattern[] = read('images/Dockerfile.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const isException = line.startsWith('!');
    const text = isException ? line.slice(1) : line;
    const expression = text.replace(/\*\*\/|\*\*|\*|[^*]/g, (part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replace(/[.?+^$(){}|[\]\\]/, '\\$&');
    });
    return { text, isException, expression: new RegExp(`^${expression}$`) };
  });

/** The last pattern that names the path, or a folder that it is in, decides. */
function isIgnored(path: string): boolean {
  const parts = path.split('/');
  const names = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = patterns.findLast(({ expression }) => names.some((name) => expression.test(name)));
  return last !== undefined && !last.isException;
}

/** Nothing in these is for an image, and there is much of it. */
const own = (folder: string): boolean => !/^(node_modules|\.git|dist)$/.test(folder);
const whereExceptionsBegin = (folder: string): boolean =>
  !isIgnored(folder) || patterns.some(({ isException, text }) => isException && text.startsWith(`${folder}/`));

/** All files of the folder, or the file, that an engine finds which looks into these folders. */
function found(path: string, looksInto: (folder: string) => boolean): readonly string[] {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return looksInto(name) ? found(name, looksInto) : [];
    return isIgnored(name) ? [] : [name];
  });
}

describe('images/Dockerfile.dockerignore', () => {
  it('leaves the same to every engine', () => {
    expect(found('', (folder) => own(folder) && whereExceptionsBegin(folder))).toEqual(found('', own));
  });

  it('leaves every source that the Dockerfile copies', () => {
    expect(copied).toContain('proto');
    const context = found('', own);
    for (const name of copied) expect(context.some((path) => path === name || path.startsWith(`${name}/`))).toBe(true);
    const folders = copied.filter((name) => !/[.A-Z]/.test(name));
    expect(folders).toEqual(['proto', 'tools', 'src', 'cmd']);
    const all = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
    );
    const isSource = (path: string): boolean =>
      /\.(ts|proto)$/.test(path) && !/^src\/gen\/|\.test\.ts$|\/(testing|testdata)\//.test(path);
    expect(context.filter((path) => path.includes('/')).sort()).toEqual(all.filter(isSource).sort());
  });
});
