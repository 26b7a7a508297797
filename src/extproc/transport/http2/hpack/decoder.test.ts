import { describe, expect, it } from 'vitest';
import { ConnectionFault, http2Code } from '../error.ts';
import { HpackDecoder } from './decoder.ts';
import { encodeHeaders } from './encode.ts';

const maxListBytes = 64 * 1024;

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function decode(hex: string): string[] {
  return new HpackDecoder(maxListBytes).decode(bytes(hex));
}

/** A literal that both sides remember. */
function remembered(name: string, value: string): Buffer {
  // The first byte says that the block uses no table.
  const literal = encodeHeaders([name, value]).subarray(1);
  literal[0] = 0x40;
  return literal;
}

function codeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof ConnectionFault ? error.code : error;
  }
}

const { compressionError, enhanceYourCalm } = http2Code;

const [getRoot, moved, movedAgain, found] = [
  [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'],
  [
    ...[':status', '302', 'cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ...['location', 'https://www.example.com'],
  ],
  [
    ...[':status', '307', 'cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ...['location', 'https://www.example.com'],
  ],
  [
    ...[':status', '200', 'cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:22 GMT'],
    ...['location', 'https://www.example.com', 'content-encoding', 'gzip'],
    ...['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
  ],
];
const getIndex = [
  ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html', ':authority', 'www.example.com'],
  ...['custom-key', 'custom-value'],
];
const requests = [getRoot, [...getRoot, 'cache-control', 'no-cache'], getIndex];
const responses = [moved, movedAgain, found];

describe('HpackDecoder', () => {
  it.each([
    ['C.2.1', '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', ['custom-key', 'custom-header']],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [':path', '/sample/path']],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password', 'secret']],
    ['C.2.4', '82', [':method', 'GET']],
  ])('reads RFC 7541 %s', (_, hex, list) => {
    expect(decode(hex)).toEqual(list);
  });

  it.each([
    [
      'C.3',
      requests,
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ],
    [
      'C.4',
      requests,
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ],
    [
      // The table of 256 bytes that both sides are said to have agreed on is asked for first, here and in C.6.
      'C.5',
      responses,
      [
        `3fe1 01 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
          2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738
          666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33
          3630 303b 2076 6572 7369 6f6e 3d31`,
      ],
    ],
    [
      'C.6',
      responses,
      [
        `3fe1 01 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
          1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
          dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
    ],
  ])('reads RFC 7541 %s, block after block', (_, lists, blocks) => {
    const decoder = new HpackDecoder(maxListBytes);
    expect(blocks.map((block) => decoder.decode(bytes(block.replaceAll(/\s/g, ''))))).toEqual(lists);
  });

  it('reads an empty block as no headers', () => {
    expect(decode('')).toEqual([]);
  });

  it.each([
    ['literals without indexing', '00 01 61 01 62'],
    ['literals that are never indexed', '10 01 61 01 62'],
  ])('remembers no %s', (_, block) => {
    const decoder = new HpackDecoder(maxListBytes);
    expect(decoder.decode(bytes(block))).toEqual(['a', 'b']);
    expect(codeOf(() => decoder.decode(bytes('be')))).toBe(compressionError);
  });

  it('names a literal by an entry of either table', () => {
    // accept-encoding with another value, then that entry's name with a third, and the same never indexed.
    expect(decode('50 01 61 7e 01 62 1f 2f 01 63')).toEqual([
      ...['accept-encoding', 'a', 'accept-encoding', 'b', 'accept-encoding', 'c'],
    ]);
  });

  it('forgets everything for an entry that is larger than the table', () => {
    const decoder = new HpackDecoder(maxListBytes);
    decoder.decode(bytes('40 01 61 01 62'));
    expect(decoder.decode(bytes('be'))).toEqual(['a', 'b']);
    expect(decoder.decode(remembered('c', 'v'.repeat(4_064)))).toEqual(['c', 'v'.repeat(4_064)]);
    expect(codeOf(() => decoder.decode(bytes('be')))).toBe(compressionError);
  });

  it('counts an entry as RFC 7541 does: 32 bytes more than its text', () => {
    const block = remembered('a', 'v'.repeat(100));
    for (const [size, isKept] of [
      [133, true],
      [132, false],
    ] as const) {
      const decoder = new HpackDecoder(maxListBytes);
      decoder.decode(Buffer.concat([Buffer.of(0x3f, size - 31), block]));
      expect(Array.isArray(codeOf(() => decoder.decode(bytes('be'))))).toBe(isKept);
    }
  });

  describe('table sizes', () => {
    it('are taken at the beginning of a block, several in turn', () => {
      expect(decode('20 3f e1 1f 82')).toEqual([':method', 'GET']);
    });

    it('forget what has no room', () => {
      const decoder = new HpackDecoder(maxListBytes);
      decoder.decode(bytes('40 01 61 01 62 40 01 63 01 64'));
      expect(decoder.decode(bytes('3f 03 be'))).toEqual(['c', 'd']);
      expect(codeOf(() => decoder.decode(bytes('bf')))).toBe(compressionError);
      expect(codeOf(() => decoder.decode(bytes('20 be')))).toBe(compressionError);
    });

    it('are refused behind a header', () => {
      expect(codeOf(() => decode('82 20'))).toBe(compressionError);
      expect(codeOf(() => decode('82 3f e1 1f'))).toBe(compressionError);
    });

    it('are refused above 4,096', () => {
      expect(decode('3f e1 1f')).toEqual([]);
      expect(codeOf(() => decode('3f e2 1f'))).toBe(compressionError);
      expect(codeOf(() => decode('3f ff ff ff 7f'))).toBe(compressionError);
    });
  });

  it.each([
    ['index 0', '80'],
    ['the first entry of an empty table', 'be'],
    ['an entry far beyond the table', 'ff ff ff ff 7f'],
    ['a name of the first entry of an empty table', '7e 01 61'],
    ['a never-indexed name beyond the table', '1f 30 01 61'],
    ['an index over the bound', 'ff 80 80 80 80 01'],
    ['a length over the bound', '00 7f 80 80 80 80 01'],
    ['a table size over the bound', '3f 80 80 80 80 01'],
    ['a small number of many bytes', '3f 80 80 80 80 00'],
    ['zeros without end', 'ff 80 80 80 80 80 80 80 80 80 80 00'],
    ['a length beyond the block', '00 01 61 7f ff ff ff 7f'],
    ['bad Huffman code', '00 01 61 81 00'],
  ])('refuses %s', (_, hex) => {
    expect(codeOf(() => decode(hex))).toBe(compressionError);
  });

  it('refuses a block that is cut off, wherever no header ends', () => {
    const block = bytes('3fe11f 82 4003782d6103616263 1f08844149 6153 0f2f0161');
    const ends = new Set([0, 3, 4, 13, 20]);
    for (let length = 0; length < block.length; length++) {
      const result = codeOf(() => new HpackDecoder(maxListBytes).decode(block.subarray(0, length)));
      if (ends.has(length)) expect(result).toBeInstanceOf(Array);
      else expect(result).toBe(compressionError);
    }
  });

  it('refuses a list longer than its limit, counted unpacked', () => {
    const list = ['x-a', 'b'.repeat(100)];
    expect(new HpackDecoder(135).decode(encodeHeaders(list))).toEqual(list);
    expect(codeOf(() => new HpackDecoder(134).decode(encodeHeaders(list)))).toBe(enhanceYourCalm);
  });

  it('stops at the limit where few bytes refer to one long header over and over', () => {
    const decoder = new HpackDecoder(maxListBytes);
    decoder.decode(remembered('a', 'v'.repeat(4_063)));
    expect(decoder.decode(Buffer.alloc(16, 0xbe))).toHaveLength(32);
    expect(codeOf(() => decoder.decode(Buffer.alloc(17, 0xbe)))).toBe(enhanceYourCalm);
  });
});
