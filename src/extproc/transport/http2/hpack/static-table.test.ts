import { expect, it } from 'vitest';
import { readByNode } from '../testing/read-by-node.ts';
import { staticTable } from './static-table.ts';

const status = 0x80 | 8;

it('the static table has the entries of RFC 7541', () => {
  expect(staticTable).toHaveLength(61);
});

it('every status has the index that nghttp2 knows it by', async () => {
  const answers = await readByNode([8, 9, 10, 11, 12, 13, 14].map((index) => Buffer.of(0x80 | index)));
  expect(answers.map((answer) => [':status', String(answer[':status'])])).toEqual(staticTable.slice(7, 14));
});

it('every other header has the index that nghttp2 knows it by', async () => {
  // These two cannot be empty in an answer, and their neighbours hold them in place.
  const notInAnswers = ['content-length', 'transfer-encoding'];
  const indices = staticTable.flatMap(([name], at) => (at < 14 || notInAnswers.includes(name) ? [] : [at + 1]));
  const answers = await readByNode(indices.map((index) => Buffer.of(status, 0x80 | index)));
  const read = answers.map((answer) => {
    const [name, value] = Object.entries(answer).find(([name]) => name !== ':status') ?? [];
    return [name, String(value)];
  });
  expect(read).toEqual(indices.map((index) => staticTable[index - 1]));
});
