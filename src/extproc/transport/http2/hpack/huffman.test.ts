import { afterAll, describe, expect, it } from 'vitest';
import { ConnectionFault, http2Code } from '../error.ts';
import { pseudo, recordBlocks } from '../testing/header-blocks.ts';
import { decodeHuffman } from './huffman.ts';

function decode(bytes: Buffer): string {
  return decodeHuffman(bytes, 0, bytes.length);
}

function ofHex(hex: string): string {
  return decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** Of zeros and ones, filled up with `fill`. */
function ofBits(bits: string, fill = '1'): Buffer {
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, fill);
  return Buffer.from((whole.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function faultOf(bytes: Buffer): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    return error instanceof ConnectionFault ? error.code : error;
  }
}

describe('decodeHuffman', () => {
  const recorder = recordBlocks();
  afterAll(() => recorder.close());

  it.each([
    ['f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
    ['a8eb 1064 9cbf', 'no-cache'],
    ['25a8 49e9 5ba9 7d7f', 'custom-key'],
    ['25a8 49e9 5bb8 e8b4 bf', 'custom-value'],
    ['6402', '302'],
    ['640e ff', '307'],
    ['aec3 771a 4b', 'private'],
    ['d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3', 'https://www.example.com'],
    ['9bd9 ab', 'gzip'],
    [
      '94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
      'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
    ],
  ])('reads %s of RFC 7541 appendix C as %s', (hex, text) => {
    expect(ofHex(hex)).toBe(text);
  });

  // Node passes no zero byte: what it gives to nghttp2 ends there.
  it.each(Array.from({ length: 255 }, (_, at) => at + 1))('reads byte %i as nghttp2 writes it', async (byte) => {
    const value = String.fromCharCode(byte).padStart(40, 'e').padEnd(80, 'a');
    const block = await recorder.block([...pseudo, `x-${byte}`, value], [`x-${byte}`]);
    // The value stands last, behind its length with the bit of Huffman code. At least 79 codes of five bits: 50 bytes.
    const start = block.findLastIndex((length, at) => length === 0x80 + block.length - at - 1 && length >= 0x80 + 50);
    expect(start).toBeGreaterThan(0);
    expect(decodeHuffman(block, start + 1, block.length)).toBe(value);
  });

  it('reads the zero byte', () => {
    expect(decode(ofBits('1111111111000'))).toBe('\0');
  });

  it('reads nothing as nothing', () => {
    expect(decode(Buffer.alloc(0))).toBe('');
  });

  it('reads no further than it is told, and from where it is told', () => {
    expect(decodeHuffman(Buffer.from('ff6402ff', 'hex'), 1, 3)).toBe('302');
  });

  it('has room for a text of nothing but the shortest codes', () => {
    expect(decode(ofBits('00000'.repeat(800)))).toBe('0'.repeat(800));
  });

  it.each([
    ['alone', '1'.repeat(30)],
    ['behind a symbol', `00000${'1'.repeat(30)}`],
    ['before a symbol', `${'1'.repeat(30)}00000`],
  ])('refuses the end symbol %s', (_, bits) => {
    expect(faultOf(ofBits(bits))).toBe(http2Code.compressionError);
  });

  it.each([
    [8, '11111000'],
    [9, '1011100'],
    [10, '010100'],
    [11, '00000'],
    [16, '11111000'],
    [24, '11111000'],
  ])('refuses %i bits of padding', (count, symbol) => {
    expect(faultOf(ofBits(`${symbol}${'1'.repeat(count)}`))).toBe(http2Code.compressionError);
  });

  it.each(['000000', '0000000', '00000110', '00000011'])('refuses a padding that is not all ones: %s', (bits) => {
    expect(faultOf(ofBits(bits, '0'))).toBe(http2Code.compressionError);
  });

  it.each([
    ['11111000', '&'],
    ['1011100', ':'],
    ['010100', ' '],
    ['00000', '0'],
    ['00000'.repeat(2), '00'],
    ['00000'.repeat(4), '0000'],
    ['00000'.repeat(5), '00000'],
    ['00000'.repeat(7), '0000000'],
  ])('takes the ones that fill up %s', (bits, text) => {
    expect(decode(ofBits(bits))).toBe(text);
  });
});
