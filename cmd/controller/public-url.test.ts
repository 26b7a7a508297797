import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { publicUrlIn } from './public-url.ts';

it('is what the file says now, and nothing where that is no URL to call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-url-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'proxy-url');
  expect(publicUrlIn(file)).toBeUndefined();
  for (const [text, url] of [
    ['https://ai.example.com\n', 'https://ai.example.com'],
    ['http://ai.example.com:8080/llm', 'http://ai.example.com:8080/llm'],
    ['https://me:secret@ai.example.com', undefined],
    ['ai.example.com', undefined],
    ['', undefined],
  ] as const) {
    await writeFile(file, text);
    expect(publicUrlIn(file)).toBe(url);
  }
});
