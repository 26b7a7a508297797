import type { ByteBudget } from './byte-budget.ts';
import { grpcStatus } from './status.ts';

/** Bytes in front of each message: compressed flag and big-endian length. */
const prefixLength = 5;

export interface FrameSink {
  /** One message. False: the stream is over, drop what follows. */
  frame(message: Buffer): boolean;
  /** The stream breaks a rule or a limit. Called at most once; nothing follows. */
  unreadable(status: number, message: string): void;
}

/**
 * Cuts a stream of bytes into gRPC messages. A message that lies within one chunk is passed as a view. One that does
 * not is copied once, into a buffer of its declared length, and the length is checked before anything is allocated.
 */
export class FrameReader {
  private readonly sink: FrameSink;
  private readonly budget: ByteBudget;
  private readonly maxMessageBytes: number;
  /** Bytes of the current prefix already seen: it may itself be split over chunks. */
  private prefixSeen = 0;
  private flag = 0;
  private length = 0;
  private partial: Buffer | undefined = undefined;
  private filled = 0;

  constructor(sink: FrameSink, budget: ByteBudget, maxMessageBytes: number) {
    this.sink = sink;
    this.budget = budget;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Whether the client has stopped in the middle of a message. */
  get isMidMessage(): boolean {
    return this.partial !== undefined || this.prefixSeen > 0;
  }

  push(chunk: Buffer): void {
    const size = chunk.length;
    let at = 0;
    while (at < size) {
      if (this.partial !== undefined) {
        const count = Math.min(size - at, this.length - this.filled);
        this.partial.set(count === size ? chunk : chunk.subarray(at, at + count), this.filled);
        this.filled += count;
        at += count;
        if (this.filled < this.length) {
          return;
        }
        const message = this.partial;
        this.release();
        if (!this.sink.frame(message)) {
          return;
        }
        continue;
      }
      at = this.readPrefix(chunk, at);
      if (this.prefixSeen < prefixLength) {
        return;
      }
      this.prefixSeen = 0;
      if (!this.isAcceptable()) {
        return;
      }
      const end = at + this.length;
      if (end <= size) {
        if (!this.sink.frame(chunk.subarray(at, end))) {
          return;
        }
        at = end;
      } else if (!this.startPartial()) {
        return;
      }
    }
  }

  /** Gives back what a half-received message holds. */
  release(): void {
    if (this.partial !== undefined) {
      this.partial = undefined;
      this.budget.give(this.length);
    }
  }

  private readPrefix(chunk: Buffer, start: number): number {
    if (this.prefixSeen === 0 && chunk.length - start >= prefixLength) {
      this.flag = chunk[start] as number;
      this.length = chunk.readUInt32BE(start + 1);
      this.prefixSeen = prefixLength;
      return start + prefixLength;
    }
    let at = start;
    while (at < chunk.length && this.prefixSeen < prefixLength) {
      const byte = chunk[at++] as number;
      if (this.prefixSeen++ === 0) {
        this.flag = byte;
        this.length = 0;
      } else {
        this.length = this.length * 256 + byte;
      }
    }
    return at;
  }

  private isAcceptable(): boolean {
    if (this.flag === 1) {
      this.sink.unreadable(grpcStatus.unimplemented, 'compressed messages are not supported');
      return false;
    }
    if (this.flag !== 0) {
      this.sink.unreadable(grpcStatus.internal, 'the bytes are not gRPC messages');
      return false;
    }
    if (this.length > this.maxMessageBytes) {
      this.sink.unreadable(
        grpcStatus.resourceExhausted,
        `a message of ${this.length} bytes exceeds the limit of ${this.maxMessageBytes}`,
      );
      return false;
    }
    return true;
  }

  private startPartial(): boolean {
    if (!this.budget.take(this.length)) {
      this.sink.unreadable(grpcStatus.resourceExhausted, 'the processor holds too many bytes already');
      return false;
    }
    // Not from Node's pool: a slice of it would pin 64 KiB, and large buffers never come from it anyway.
    this.partial = Buffer.allocUnsafeSlow(this.length);
    this.filled = 0;
    return true;
  }
}
