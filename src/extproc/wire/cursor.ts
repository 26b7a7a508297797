import { WireError } from './wire-error.ts';

/** Wire types of the protobuf encoding. */
const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Groups are long gone from our messages but legal as unknown fields. Nesting is what a hostile peer would abuse. */
const maxGroupDepth = 32;

/**
 * Walks protobuf records without copying. Every read is bounded by the `end` of the message it belongs to, so that a
 * length inside a submessage can never reach past that submessage.
 */
export class Cursor {
  bytes: Buffer;
  pos = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Field number and wire type of the next record, as `number << 3 | type`. */
  tag(end: number): number {
    const start = this.pos;
    const first = start < end ? (this.bytes[start] as number) : 0x80;
    if (first < 0x80 && first >= 8 && (first & 7) <= 5) {
      this.pos = start + 1;
      return first;
    }
    const tag = this.varint(end);
    if (tag > 0xffffffff || tag < 8 || (tag & 7) > 5) {
      throw new WireError('illegal tag', start);
    }
    return tag;
  }

  /** A length and the check that so many bytes are there. The caller advances `pos`. */
  length(end: number): number {
    const start = this.pos;
    const first = start < end ? (this.bytes[start] as number) : 0x80;
    let length = first;
    if (first < 0x80) {
      this.pos = start + 1;
    } else {
      length = this.varint(end);
    }
    if (length > end - this.pos) {
      throw new WireError('length reaches past the end', start);
    }
    return length;
  }

  /**
   * An unsigned varint. Exact up to 2^53; above that only its magnitude is right, which is enough for what is asked
   * here: is it zero, and is it too large.
   */
  varint(end: number): number {
    const { bytes } = this;
    const start = this.pos;
    let pos = start;
    let value = 0;
    let scale = 1;
    for (;;) {
      if (pos >= end) {
        throw new WireError('truncated varint', start);
      }
      const byte = bytes[pos++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.pos = pos;
        return value;
      }
      if (pos - start === 10) {
        throw new WireError('varint of more than ten bytes', start);
      }
      scale *= 128;
    }
  }

  double(end: number): number {
    if (end - this.pos < 8) {
      throw new WireError('truncated double', this.pos);
    }
    const value = this.bytes.readDoubleLE(this.pos);
    this.pos += 8;
    return value;
  }

  /** Steps over the value of a record that nobody asked for. */
  skip(tag: number, end: number): void {
    let groups: number[] | undefined;
    let current = tag;
    for (;;) {
      const start = this.pos;
      switch (current & 7) {
        case wireType.varint:
          this.varint(end);
          break;
        case wireType.fixed64:
          this.advance(8, end);
          break;
        case wireType.bytes: {
          const length = this.length(end);
          this.pos += length;
          break;
        }
        case wireType.fixed32:
          this.advance(4, end);
          break;
        case wireType.startGroup:
          groups ??= [];
          if (groups.length === maxGroupDepth) {
            throw new WireError('groups nested too deeply', start);
          }
          groups.push(current >>> 3);
          break;
        default:
          if (groups?.pop() !== current >>> 3) {
            throw new WireError('end of a group that was not opened', start);
          }
      }
      if (groups === undefined || groups.length === 0) {
        return;
      }
      current = this.tag(end);
    }
  }

  private advance(count: number, end: number): void {
    if (count > end - this.pos) {
      throw new WireError('truncated value', this.pos);
    }
    this.pos += count;
  }
}
