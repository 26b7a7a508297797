import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../lib/testing/random.ts';
import { readByNode } from '../testing/read-by-node.ts';
import { HpackDecoder } from './decoder.ts';
import { encodeHeaders } from './encode.ts';
import { staticTable } from './static-table.ts';

function readBack(block: Buffer): string[] {
  return new HpackDecoder(1024 * 1024).decode(block);
}

const grpcAnswer = [':status', '200', 'content-type', 'application/grpc'];

describe('encodeHeaders', () => {
  it.each([
    ['an answer', grpcAnswer],
    ['trailers', ['grpc-status', '0']],
    ['a message with a long text', ['grpc-status', '13', 'grpc-message', 'a'.repeat(20_000)]],
    ['an empty value', ['x-empty', '']],
    ['bytes above ASCII', ['x-latin1', 'caf\xe9 \xff']],
    ['a name that comes twice', ['set-cookie', 'a=1', 'set-cookie', 'b=2']],
    ['no headers', []],
  ])('makes a block of %s that is read back', (_, list) => {
    expect(readBack(encodeHeaders(list))).toEqual(list);
  });

  it.each([0, 1, 126, 127, 128, 254, 255, 256, 16_510, 16_511, 16_512])('writes a value of %i bytes', (length) => {
    const list = ['x-long', 'v'.repeat(length)];
    expect(readBack(encodeHeaders(list))).toEqual(list);
  });

  it('writes every name of the static table, with its value and with another', () => {
    for (const [name, value] of staticTable) {
      const list = [name, value, name, 'another'];
      expect(readBack(encodeHeaders(list))).toEqual(list);
    }
  });

  it('leaves nothing in the table of the reader, so that one block serves every stream', () => {
    const decoder = new HpackDecoder(65_536);
    const block = encodeHeaders([...grpcAnswer, 'x-a', 'b']);
    decoder.decode(block);
    expect(decoder.decode(block)).toEqual([...grpcAnswer, 'x-a', 'b']);
    expect(() => decoder.decode(Buffer.of(0x80 | 62))).toThrow('there is no header 62');
  });

  it('makes what Node reads', async () => {
    const random = seededRandom(7);
    const lists = Array.from({ length: 50 }, (_, at) => [
      ...grpcAnswer,
      ...['grpc-status', String(random.below(17))],
      ...[`x-${at}`, 'v'.repeat(random.below(random.pick([8, 200, 9_000])))],
    ]);
    const answers = await readByNode(lists.map((list) => encodeHeaders(list)));
    expect(answers.map((answer) => Object.entries(answer).flat().map(String))).toEqual(lists);
  });

  it.each([0, 100, 4_096, 65_536])('makes what a client with a table of %i bytes reads', async (headerTableSize) => {
    const block = encodeHeaders(grpcAnswer);
    const answers = await readByNode([block, block], { headerTableSize });
    expect(answers.map((answer) => answer['content-type'])).toEqual(['application/grpc', 'application/grpc']);
  });
});
