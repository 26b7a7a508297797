import { ConnectionFault, http2Code } from './error.ts';
import { defaultMaxFrameBytes, flag, frameType, headLength } from './frame.ts';

export interface FrameSink {
  /** A part of a DATA frame without padding, as it comes in; the last part says so. */
  data(stream: number, bytes: Buffer, isLastPart: boolean, flags: number): void;
  /** Any other frame, whole. */
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const nothing = Buffer.alloc(0);

/** Cuts what comes from a client into frames. What lies within one chunk is passed as a view. */
export class FrameSplitter {
  private readonly sink: FrameSink;
  private prefaceSeen = 0;
  /** The beginning of a frame's head that was cut off. */
  private readonly head = Buffer.alloc(headLength);
  private headSeen = 0;
  /** Of the frame at hand. */
  private type = 0;
  private flags = 0;
  private stream = 0;
  private left = 0;
  private partial: Buffer | undefined = undefined;

  constructor(sink: FrameSink) {
    this.sink = sink;
  }

  push(chunk: Buffer): void {
    let at = this.prefaceSeen < preface.length ? this.readPreface(chunk) : 0;
    while (at < chunk.length) {
      if (this.left === 0) {
        at = this.readHead(chunk, at);
        if (this.headSeen > 0) return;
        if (this.left === 0) this.deliver(nothing);
        continue;
      }
      const part = chunk.length - at > this.left ? chunk.subarray(at, at + this.left) : chunk.subarray(at);
      at += part.length;
      this.left -= part.length;
      this.deliver(part);
    }
  }

  private readPreface(chunk: Buffer): number {
    const count = Math.min(chunk.length, preface.length - this.prefaceSeen);
    if (preface.compare(chunk, 0, count, this.prefaceSeen, this.prefaceSeen + count) !== 0) {
      throw new ConnectionFault(http2Code.protocolError, 'the client does not speak HTTP/2');
    }
    this.prefaceSeen += count;
    return count;
  }

  /** Leaves `headSeen` above 0 where the chunk ends within the head. */
  private readHead(chunk: Buffer, start: number): number {
    if (this.headSeen === 0 && chunk.length - start >= headLength) {
      this.begin(chunk, start);
      return start + headLength;
    }
    const count = Math.min(chunk.length - start, headLength - this.headSeen);
    this.head.set(chunk.subarray(start, start + count), this.headSeen);
    this.headSeen += count;
    if (this.headSeen === headLength) {
      this.headSeen = 0;
      this.begin(this.head, 0);
    }
    return start + count;
  }

  private begin(bytes: Buffer, at: number): void {
    const length = bytes.readUIntBE(at, 3);
    if (length > defaultMaxFrameBytes) {
      throw new ConnectionFault(http2Code.frameSizeError, `a frame of ${length} bytes`);
    }
    this.left = length;
    this.type = bytes[at + 3] as number;
    this.flags = bytes[at + 4] as number;
    this.stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
  }

  private deliver(part: Buffer): void {
    if (this.type === frameType.data && (this.flags & flag.padded) === 0) {
      this.sink.data(this.stream, part, this.left === 0, this.flags);
      return;
    }
    if (this.left > 0 || this.partial !== undefined) this.partial = Buffer.concat([this.partial ?? nothing, part]);
    if (this.left > 0) return;
    const payload = this.partial ?? part;
    this.partial = undefined;
    this.sink.frame(this.type, this.flags, this.stream, payload);
  }
}
