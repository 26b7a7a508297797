import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../../lib/testing/random.ts';
import { ConnectionFault, http2Code } from '../error.ts';
import { type HeaderList, pseudo, recordBlocks } from '../testing/header-blocks.ts';
import { HpackDecoder } from './decoder.ts';
import { sizeOf } from './dynamic-table.ts';

const maxListBytes = 64 * 1024;
const tableBytes = 4_096;

const names = [
  ...['accept', 'cache-control', 'link', 'via', 'x-forwarded-for', 'x-request-id', 'x-a', 'x-b', '__proto__'],
] as [string, ...string[]];

/** No zero bytes, which Node does not let through. */
function anyText(random: Random, length: number): string {
  return String.fromCharCode(...Array.from({ length }, () => 1 + random.below(255)));
}

/** Some values come again, some never; the longest evict everything else. */
function anyValue(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return anyText(random, random.below(60));
    case 1:
      return 'long'.repeat(random.below(random.pick([20, 300, 1_200, 6_000])));
    case 2:
      return '';
    default:
      return `value ${random.below(20)}`;
  }
}

function anyList(random: Random): HeaderList {
  // Node lets some names come only once.
  const list = [...pseudo, 'authorization', anyValue(random)];
  const count = random.below(8);
  for (let at = 0; at < count; at++) {
    const name = random.below(10) === 0 ? `x-new-${random.below(100_000)}` : random.pick(names);
    list.push(name, anyValue(random));
  }
  return list;
}

/** A block with a byte changed, added, left out, or cut off, or with a piece of it again. */
function mutated(random: Random, block: Buffer): Buffer {
  const at = random.below(block.length + 1);
  const [before, after] = [block.subarray(0, at), block.subarray(at)];
  switch (random.below(5)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, Buffer.of(random.below(256)), after]);
    case 2:
      return Buffer.concat([before, after.subarray(1)]);
    case 3:
      return Buffer.concat([before, block.subarray(random.below(block.length)), after]);
    default:
      return Buffer.concat([before, Buffer.of(random.below(256)), after.subarray(1)]);
  }
}

/** The list, undefined for a fault of the peer's; everything else is a defect. */
function decodeAny(decoder: HpackDecoder, block: Buffer): readonly string[] | undefined {
  try {
    return decoder.decode(block);
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    if (error.code !== http2Code.compressionError && error.code !== http2Code.enhanceYourCalm) throw error;
    return undefined;
  }
}

function bytesOf(list: readonly string[]): number {
  let bytes = 0;
  for (let at = 0; at < list.length; at += 2) bytes += sizeOf(list[at] ?? '', list[at + 1] ?? '');
  return bytes;
}

/** Everything in the table of a decoder. */
function rememberedBy(decoder: HpackDecoder): readonly string[] {
  const list: string[] = [];
  for (let index = 62; ; index++) {
    const entry = decodeAny(decoder, index < 127 ? Buffer.of(0x80 | index) : Buffer.of(0xff, index - 127));
    if (entry === undefined) return list;
    list.push(...entry);
  }
}

describe('HpackDecoder, given what nghttp2 writes', () => {
  it('reads the same lists, thousands on one connection', async () => {
    const random = seededRandom(3);
    const recorder = recordBlocks();
    const decoder = new HpackDecoder(maxListBytes);
    let references = 0;
    try {
      for (let round = 0; round < 2_000; round++) {
        if (random.below(100) === 0) recorder.allowTable(random.pick([0, 64, 300, 2_000, tableBytes]));
        const list = anyList(random);
        const block = await recorder.block(list, random.below(5) === 0 ? ['authorization', 'x-a'] : []);
        expect(decoder.decode(block)).toEqual(list);
        if (block.some((byte) => byte >= 0x80 + 62)) references++;
      }
    } finally {
      recorder.close();
    }
    expect(references).toBeGreaterThan(1_000);
  });

  it('refuses or reads whatever it becomes on the way, within its bounds', async () => {
    const random = seededRandom(5);
    const recorder = recordBlocks();
    const blocks: Buffer[] = [];
    for (let round = 0; round < 40; round++) blocks.push(await recorder.block(anyList(random)));
    recorder.close();
    let read = 0;
    let refused = 0;
    let longest = 0;
    for (let round = 0; round < 100; round++) {
      const decoder = new HpackDecoder(maxListBytes);
      for (const block of blocks) {
        const list = decodeAny(decoder, random.below(5) === 0 ? mutated(random, block) : block);
        if (list === undefined) refused++;
        else read++;
        longest = Math.max(longest, bytesOf(list ?? []));
      }
      expect(bytesOf(rememberedBy(decoder))).toBeLessThanOrEqual(tableBytes);
    }
    expect(longest).toBeLessThanOrEqual(maxListBytes);
    expect(read).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(1_000);
  });

  it('refuses or reads random bytes, within its bounds', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 300; round++) {
      const decoder = new HpackDecoder(maxListBytes);
      for (let step = 0; step < 20; step++) {
        const length = random.below(random.pick([4, 30, 200]));
        decodeAny(decoder, Buffer.from(Array.from({ length }, () => random.below(256))));
      }
      expect(bytesOf(rememberedBy(decoder))).toBeLessThanOrEqual(tableBytes);
    }
  });
});
