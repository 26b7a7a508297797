import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { decodeRequest, Incoming } from './incoming.ts';
import { check, forCases, Random } from './testing/random.ts';
import { headerNames, keys, namespaces, randomRequest } from './testing/requests.ts';
import { WireError } from './wire-error.ts';

const incoming = new Incoming();

/** Asks for everything a message can answer; the text tells two readings apart. Undefined: refused by WireError. */
function readAll(bytes: Buffer): string | undefined {
  const found: unknown[] = [];
  try {
    decodeRequest(bytes, incoming);
    found.push(incoming.kind, incoming.endOfStream, incoming.body.toString('latin1'), incoming.headerCount);
    for (let i = 0; i < Math.min(incoming.headerCount, 50); i++) {
      found.push(incoming.headerName(i), incoming.headerValue(i), incoming.headerBytes(i).length);
    }
    found.push(...headerNames.map((name) => incoming.header(name)));
    for (const key of keys) {
      found.push(incoming.attribute(key), ...namespaces.map((namespace) => incoming.metadata(namespace, key)));
    }
    return found.join('\n');
  } catch (error) {
    if (error instanceof WireError) {
      return undefined;
    }
    throw error;
  }
}

/** The same bytes in the middle of others: whoever reads past the end sees poison. */
function poisoned(bytes: Buffer, poison: number): Buffer {
  const room = Buffer.alloc(bytes.length + 64, poison);
  room.set(bytes, 32);
  return room.subarray(32, 32 + bytes.length);
}

function damage(random: Random, original: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let left = 1 + random.int(4); left > 0; left--) {
    const at = random.int(bytes.length + 1);
    switch (random.int(5)) {
      case 0:
        if (at < bytes.length) {
          bytes[at] = random.int(256);
        }
        break;
      case 1:
        if (at < bytes.length) {
          bytes[at] = random.pick([0xff, 0x80, 0x7f, 0]);
        }
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.int(5))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(random.int(8)), bytes.subarray(at)]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

/** Where the records of the top level end, found by protobuf-es: a message cut there is a shorter message. */
function recordEnds(bytes: Buffer): Set<number> {
  const reader = new BinaryReader(bytes);
  const ends = new Set([0]);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    reader.skip(type, number);
    ends.add(reader.pos);
  }
  return ends;
}

describe('decodeRequest() on hostile input', () => {
  it('refuses every message that is cut short, except where a record ends', () => {
    forCases(500, (random) => {
      const bytes = randomRequest(random);
      const ends = recordEnds(bytes);
      for (let cut = 0; cut < Math.min(bytes.length, 600); cut++) {
        const isRead = readAll(bytes.subarray(0, cut)) !== undefined;
        check(isRead === ends.has(cut), () => `${cut} of ${bytes.length} bytes: ${isRead ? 'accepted' : 'refused'}`);
      }
    });
  });

  it('throws nothing but WireError on 30,000 damaged messages, and never looks past their end', () => {
    let refused = 0;
    let accepted = 0;
    forCases(30_000, (random) => {
      const bytes = damage(random, randomRequest(random));
      const plain = readAll(Buffer.from(bytes));
      for (const poison of [0xff, 0x0a]) {
        check(readAll(poisoned(bytes, poison)) === plain, () => `read past the end of ${bytes.toString('hex')}`);
      }
      if (plain === undefined) {
        refused++;
      } else {
        accepted++;
      }
    });
    expect(refused).toBeGreaterThan(1_000);
    expect(accepted).toBeGreaterThan(1_000);
  });

  it('throws nothing but WireError on 30,000 pieces of garbage', () => {
    forCases(30_000, (random) => {
      const bytes = random.bytes(random.int(60));
      check(readAll(poisoned(bytes, 0xff)) === readAll(bytes), () => `read past the end of ${bytes.toString('hex')}`);
    });
  });

  it('still reads well after it has refused something', () => {
    const random = new Random(1);
    let good = randomRequest(random);
    while (readAll(good) === '0\nfalse\n\n0') {
      good = randomRequest(random);
    }
    const before = readAll(good);
    expect(before).toBeDefined();
    expect(readAll(good.subarray(0, good.length - 1))).toBeUndefined();
    expect(readAll(good)).toBe(before);
  });

  it.each([
    ['a length of 2 GiB', '12ffffffff07', 1],
    ['a length of 2^63', '12ffffffffffffffff7f', 1],
    ['a length past the end of its message', '120200', 1],
    ['a header that reaches past its map', '12040a020a05616263', 5],
    ['a varint without end', '50ffffffffffffffffffff', 1],
    ['a varint of eleven bytes', '50ffffffffffffffffffff01', 1],
    ['a tag without end', 'ffffffffffffffffffffff', 0],
    ['a tag of more than 32 bits', 'ffffffff1f', 0],
    ['field number 0', '0201', 0],
    ['a wire type that does not exist', '0e', 0],
    ['the end of a group that was not opened', '0c', 1],
    ['a group that ends as another one', '0b14', 2],
    ['a group without end', '0b', 1],
    ['half a fixed32', '0d0000', 1],
    ['half a fixed64', '0900000000', 1],
  ])('refuses %s and says where', (_what, hex, position) => {
    const read = (): void => decodeRequest(Buffer.from(hex, 'hex'), incoming);
    expect(read).toThrow(WireError);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ position });
    }
  });

  it('refuses deep nesting instead of following it', () => {
    expect(() => decodeRequest(Buffer.alloc(1_000_000, 0x0b), incoming)).toThrow('nested too deeply');
  });

  it('refuses more headers than are believable', () => {
    const map = Buffer.from('0a00'.repeat(10_001), 'hex');
    const inner = Buffer.concat([Buffer.of(0x0a), varint(map.length), map]);
    const message = Buffer.concat([Buffer.of(0x12), varint(inner.length), inner]);
    expect(() => decodeRequest(message, incoming)).toThrow('more headers');
  });

  it('needs time in proportion to the bytes, whatever they are', () => {
    const started = performance.now();
    for (const byte of [0x0a, 0x12, 0x4a, 0x42, 0x08, 0x80, 0xff, 0x00]) {
      readAll(Buffer.alloc(2_000_000, byte));
    }
    readAll(Buffer.from('0801'.repeat(1_000_000), 'hex'));
    readAll(Buffer.from('4200'.repeat(500_000), 'hex'));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) {
    bytes.push((rest & 0x7f) | 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
