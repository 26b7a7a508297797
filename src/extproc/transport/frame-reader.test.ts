import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { FrameReader } from './frame-reader.ts';
import { grpcStatus } from './status.ts';
import { framed } from './testing/raw-client.ts';

function read(limit = 1_000, budget = new ByteBudget(10_000)) {
  const messages: Buffer[] = [];
  const failures: { status: number; message: string }[] = [];
  const reader = new FrameReader(
    {
      frame: (message) => messages.push(message) > 0,
      unreadable: (status, message) => failures.push({ status, message }),
    },
    budget,
    limit,
  );
  return { reader, messages, failures, budget };
}

const three = [Buffer.from('first'), Buffer.alloc(0), Buffer.alloc(300, 7)];
const threeFrames = Buffer.concat(three.map(framed));

describe('FrameReader', () => {
  it('finds the same messages wherever the bytes are split into two', () => {
    for (let at = 0; at <= threeFrames.length; at++) {
      const { reader, messages, budget } = read();
      reader.push(threeFrames.subarray(0, at));
      reader.push(threeFrames.subarray(at));
      expect(messages, `split at ${at}`).toEqual(three);
      expect(budget.used).toBe(0);
      expect(reader.isMidMessage).toBe(false);
    }
  });

  it('finds the same messages wherever the bytes are split into three', () => {
    const short = Buffer.concat([framed('abc'), framed(''), framed('de')]);
    for (let one = 0; one <= short.length; one++) {
      for (let two = one; two <= short.length; two++) {
        const { reader, messages } = read();
        reader.push(short.subarray(0, one));
        reader.push(short.subarray(one, two));
        reader.push(short.subarray(two));
        expect(messages.map(String), `${one}, ${two}`).toEqual(['abc', '', 'de']);
      }
    }
  });

  it('finds messages that arrive byte by byte', () => {
    const { reader, messages } = read();
    for (const byte of threeFrames) {
      reader.push(Buffer.of(byte));
    }
    expect(messages).toEqual(three);
  });

  it('passes a message that lies within a chunk as a view, without copying', () => {
    const { reader, messages } = read();
    reader.push(threeFrames);
    expect(messages[2]?.buffer).toBe(threeFrames.buffer);
  });

  it('copies a split message once, into a buffer of exactly its length', () => {
    const { reader, messages } = read();
    reader.push(threeFrames.subarray(0, 100));
    reader.push(threeFrames.subarray(100));
    expect(messages[2]?.buffer.byteLength).toBe(300);
  });

  it('knows that it is in the middle of a message, also within the prefix', () => {
    const { reader } = read();
    reader.push(threeFrames.subarray(0, 3));
    expect(reader.isMidMessage).toBe(true);
    reader.push(threeFrames.subarray(3, 10));
    expect(reader.isMidMessage).toBe(false);
    reader.push(threeFrames.subarray(10, 40));
    expect(reader.isMidMessage).toBe(true);
  });

  it('refuses a length over the limit before anything is allocated', () => {
    const { reader, messages, failures, budget } = read(1_000, new ByteBudget(Number.MAX_SAFE_INTEGER));
    reader.push(Buffer.of(0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3));
    expect(failures).toEqual([
      { status: grpcStatus.resourceExhausted, message: 'a message of 4294967295 bytes exceeds the limit of 1000' },
    ]);
    expect(messages).toEqual([]);
    expect(budget.used).toBe(0);
  });

  it('accepts a message of exactly the limit', () => {
    const { reader, messages, failures } = read(300);
    reader.push(framed(Buffer.alloc(300)));
    reader.push(framed(Buffer.alloc(301)));
    expect(messages).toHaveLength(1);
    expect(failures).toHaveLength(1);
  });

  it('takes the declared length from the budget while a message is incomplete, and gives it back', () => {
    const { reader, budget } = read();
    reader.push(framed(Buffer.alloc(500)).subarray(0, 6));
    expect(budget.used).toBe(500);
    reader.release();
    expect(budget.used).toBe(0);
  });

  it('fails when the budget of the process is used up', () => {
    const { reader, failures } = read(1_000, new ByteBudget(499));
    reader.push(framed(Buffer.alloc(500)).subarray(0, 6));
    expect(failures[0]?.status).toBe(grpcStatus.resourceExhausted);
  });

  it('refuses compressed messages, and flags that gRPC does not know', () => {
    for (const [flag, status] of [
      [1, grpcStatus.unimplemented],
      [2, grpcStatus.internal],
      [0x47, grpcStatus.internal],
    ] as const) {
      const { reader, messages, failures } = read();
      reader.push(Buffer.of(flag, 0, 0, 0, 0));
      expect(failures[0]?.status).toBe(status);
      expect(messages).toEqual([]);
    }
  });

  it('stops at once when the stream is over', () => {
    let count = 0;
    const reader = new FrameReader({ frame: () => ++count < 2, unreadable: () => {} }, new ByteBudget(1_000), 1_000);
    reader.push(threeFrames);
    expect(count).toBe(2);
  });
});
