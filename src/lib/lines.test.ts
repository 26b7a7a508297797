import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readLines } from './lines.ts';

async function linesOf(...chunks: readonly Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks, { objectMode: false });
  readLines(stream, (line) => lines.push(line));
  await new Promise((resolve) => stream.once('end', resolve));
  return lines;
}

it('puts lines together wherever they were cut, also within a letter', async () => {
  const bytes = [...Buffer.from('first\nzweite Zeile: ä€😀\n\nlast')].map((byte) => Buffer.from([byte]));
  expect(await linesOf(...bytes)).toEqual(['first', 'zweite Zeile: ä€😀', 'last']);
});

it('calls for nothing when there is nothing', async () => {
  expect(await linesOf(Buffer.from('\n\n'))).toEqual([]);
  expect(await linesOf()).toEqual([]);
});
