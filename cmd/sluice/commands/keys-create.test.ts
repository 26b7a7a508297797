import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { runCli } from '../testing/run-cli.ts';

describe('sluice keys create', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const secretIn = (text: string): string => /sk-sluice-[0-9A-Za-z]+/.exec(text)?.[0] ?? '';

  it('prints the secret once, and a document with its hash', async () => {
    const args = ['--name', 'checkout', '--user', 'ana', '--team', 'payments', '--models', 'small,claude-*'];
    const { status, out } = await runCli(['keys', 'create', ...args, '--expires', '2099-01-01T00:00:00Z']);
    expect(status).toBe(0);
    const secret = secretIn(out);
    expect(secret).toMatch(/^sk-sluice-[0-9A-Za-z]{49}$/);
    expect(out.split(secret)).toHaveLength(2);
    const { documents, problems } = parseDocuments(out.slice(out.indexOf('apiVersion:')), 'out', '.');
    expect(problems).toEqual([]);
    expect(documents[0]).toMatchObject({
      id: 'ApiKey/checkout',
      spec: {
        secret: { sha256: sha256Hex(secret) },
        owner: { user: 'ana', team: 'payments' },
        models: { allow: ['small', 'claude-*'] },
      },
    });
  });

  it('adds the document to a file, which never holds the secret', async () => {
    const create = (name: string) => runCli(['keys', 'create', '--name', name, '--out', 'keys.yaml'], { cwd: folder });
    const first = await create('one');
    expect(first.out).toContain('added to keys.yaml');
    expect(first.out).not.toContain('apiVersion');
    await create('two');
    const text = await readFile(join(folder, 'keys.yaml'), 'utf8');
    expect(text).toContain(`sha256:${sha256Hex(secretIn(first.out))}`);
    expect(text).toContain('name: two');
    expect(text).not.toContain('sk-sluice-');
  });

  it('makes no key, and shows no secret, when the name is taken', async () => {
    const args = ['keys', 'create', '--name', 'one', '--out', join(folder, 'keys.yaml')];
    await runCli(args);
    const before = await readFile(join(folder, 'keys.yaml'), 'utf8');
    const { status, out, err } = await runCli(args);
    expect([status, out]).toEqual([1, '']);
    expect(err).toContain('ApiKey/one is in');
    expect(await readFile(join(folder, 'keys.yaml'), 'utf8')).toBe(before);
  });

  it('gives JSON to scripts', async () => {
    const { out } = await runCli(['keys', 'create', '--name', 'one', '--output', 'json']);
    const result = JSON.parse(out) as { secret: string; document: { spec: { hash: string } } };
    expect(result.document.spec.hash).toBe(`sha256:${sha256Hex(result.secret)}`);
  });

  it.each([
    [[], '--name is missing'],
    [['--name', 'Not A Label'], 'is not a DNS label'],
    [['--name', 'a', '--expires', 'soon'], 'spec.expires'],
    [['--name', 'a', '--models', 'a b'], 'spec.models.allow[0]'],
    [['--name', 'a', '--models', ','], 'spec.models.allow[0]'],
  ])('refuses %j as misuse', async (args, text) => {
    const { status, out, err } = await runCli(['keys', 'create', ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });
});
