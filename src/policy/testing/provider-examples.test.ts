import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../parse.ts';
import { problemLines } from './documents.ts';

const folder = join(import.meta.dirname, '../../../examples/providers');
const files = globSync('**/*.yaml', { cwd: folder }).sort();
const providers = globSync('*/', { cwd: folder });

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe('examples/providers', () => {
  it('has every provider in both vocabularies', () => {
    const wanted = providers.flatMap((provider) => [`${provider}/envoy-ai-gateway.yaml`, `${provider}/sluice.yaml`]);
    expect(files.filter((file) => file.includes('/'))).toEqual(wanted.sort());
    expect(providers.length).toBeGreaterThanOrEqual(12);
  });

  it.each(files)('%s is well written', (file) => {
    const parsed = parseDocuments(read(file), file, folder);
    expect(problemLines(parsed)).toEqual([]);
    expect(parsed.documents.length).toBeGreaterThan(0);
  });

  it.each(files)('%s holds no secret', (file) => {
    const secrets = parseDocuments(read(file), file, folder).documents.flatMap((document) =>
      document.kind === 'Secret' ? Object.values(document.spec.data).map((value) => value.reveal()) : [],
    );
    expect(
      secrets.filter((secret) => !/^(replace-me|\{\}|\[models\]\n(aws_[a-z_]+ = replace-me\n)+)$/.test(secret)),
    ).toEqual([]);
  });

  it.each(providers)('%s is in the table', (provider) => {
    expect(read('README.md')).toContain(`| \`${provider}\``);
  });
});
