import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.ts';
import { type Json, readStruct } from './struct-tree.ts';
import { structBytes } from './testing/struct-bytes.ts';

function read(bytes: Buffer) {
  return readStruct(new Cursor(bytes), 0, bytes.length);
}

describe('readStruct()', () => {
  it('gives back what was encoded', () => {
    const value = {
      text: 'änä',
      number: 1.5,
      none: null,
      yes: true,
      no: false,
      list: [1, 'two', [null], { three: 3 }],
      map: { deeper: { deepest: '' } },
    };
    expect(structuredClone(read(structBytes(value)))).toEqual(value);
    expect(structuredClone(read(Buffer.alloc(0)))).toEqual({});
  });

  it('keeps the last of two entries of a key', () => {
    expect(read(Buffer.concat([structBytes({ a: 1 }), structBytes({ a: 2 })])).a).toBe(2);
  });

  it('gives maps that inherit nothing', () => {
    const map = read(structBytes({ inner: {} }));
    expect(map.constructor).toBeUndefined();
    expect((map.inner as { readonly toString?: Json }).toString).toBeUndefined();
  });

  it('refuses what ends too early, and what is nested too deeply', () => {
    const whole = structBytes({ a: { b: 'text' } });
    expect(() => read(whole.subarray(0, whole.length - 2))).toThrow('past the end');
    let deep = structBytes({ a: 1 });
    for (let i = 0; i < 200; i++) deep = nested(deep);
    expect(() => read(deep)).toThrow('nested too deeply');
  });
});

/** `{ a: inner }`, written by hand: protobuf-es does not go so deep. */
function nested(inner: Buffer): Buffer {
  const value = delimited(0x2a, inner);
  return delimited(0x0a, Buffer.concat([Buffer.from([0x0a, 1, 0x61]), delimited(0x12, value)]));
}

function delimited(tag: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}
