import type { Limits } from '../limits.ts';
import { http2Code } from './error.ts';
import {
  defaultWindowBytes,
  frameHead,
  frameType,
  headersFrame,
  largestWindowBytes,
  resetFrame,
  windowUpdateFrame,
} from './frame.ts';
import type { Metadata } from './metadata.ts';

/** Who is told what comes in. Called on the hot path. */
export interface StreamSink {
  received(bytes: Buffer): void;
  /** The client sends nothing more. */
  halfClosed(): void;
  /** Both sides have ended, or one has reset the stream, or the connection is gone. Called once; nothing follows. */
  closed(): void;
  /** All that waited has been sent. */
  drained(): void;
}

/** What a stream needs of the connection that it is on. */
export interface StreamCarrier {
  readonly limits: Limits;
  /** What a stream of the client begins with: how much may be sent to it. */
  readonly peerWindowBytes: number;
  /** How long the next DATA frame may be, as far as the connection is concerned. */
  readonly sendableBytes: number;
  send(frame: Buffer): void;
  /** So many bytes of DATA have been sent. */
  spent(bytes: number): void;
  /** The stream is pumped again as soon as there is room. */
  waits(stream: Http2Stream): void;
  /** The stream is over. */
  forget(stream: Http2Stream): void;
}

/** One stream of HTTP/2: flow control and the order of frames. All fields exist from the start: one shape for all. */
export class Http2Stream {
  readonly id: number;
  readonly headers: Metadata;
  private readonly connection: StreamCarrier;
  private sink: StreamSink | undefined = undefined;
  private hasRemoteEnded: boolean;
  private hasToldEnd = false;
  private hasLocalEnded = false;
  private hasClosed = false;
  /** What the client may still send, and what of it was taken and not yet allowed again. */
  private receiveWindow: number;
  private taken = 0;
  private isPaused = false;
  private held: Buffer[] = [];
  private sendWindow: number;
  /** Frames that wait for the client's windows, the bytes of the first that have left, and what follows them. */
  private queue: Buffer[] = [];
  private sentOfFirst = 0;
  private queuedBytes = 0;
  private hasWaited = false;
  private stopsClient = false;
  private trailers: Buffer | undefined = undefined;

  constructor(connection: StreamCarrier, id: number, headers: Metadata, hasRemoteEnded: boolean) {
    this.connection = connection;
    this.id = id;
    this.headers = headers;
    this.hasRemoteEnded = hasRemoteEnded;
    // A client that has not seen our SETTINGS yet may send as much as the default.
    this.receiveWindow = Math.max(connection.limits.streamWindowBytes, defaultWindowBytes);
    this.sendWindow = connection.peerWindowBytes;
  }

  /** Not ended by us, and not closed. */
  get isWritable(): boolean {
    return !this.hasLocalEnded && !this.hasClosed;
  }

  get isClosed(): boolean {
    return this.hasClosed;
  }

  /** Bytes of all that has not been sent whole. */
  get waitingBytes(): number {
    return this.queuedBytes;
  }

  /** Before anything else of the stream is looked at. */
  attach(sink: StreamSink): void {
    this.sink = sink;
    if (this.hasRemoteEnded) process.nextTick(release, this);
  }

  respond(block: Buffer, isLast: boolean): void {
    if (!this.isWritable) return;
    this.connection.send(headersFrame(this.id, block, isLast));
    if (isLast) this.localEnded();
  }

  write(bytes: Buffer): void {
    if (!this.isWritable) return;
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    if (this.queue.length === 1) this.pump();
  }

  /** Ends our side behind all that waits. */
  end(trailers: Buffer): void {
    if (!this.isWritable) return;
    this.hasLocalEnded = true;
    this.trailers = trailers;
    if (this.queue.length === 0) this.sendTrailers();
  }

  reset(code: number): void {
    if (this.hasClosed) return;
    this.connection.send(resetFrame(this.id, code));
    this.closeLater();
  }

  /** RFC 9113 section 8.1: a complete answer to an incomplete request is followed by a reset without error. */
  stopClient(): void {
    if (this.hasRemoteEnded) return;
    if (this.trailers === undefined) this.reset(http2Code.noError);
    else this.stopsClient = true;
  }

  /** Flow control then holds the client back. */
  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    // Never from within a call of the sink's owner.
    if (this.held.length > 0 || this.hasRemoteEnded) process.nextTick(release, this);
  }

  /** Tells what was held back. */
  release(): void {
    const { held } = this;
    this.held = [];
    for (const bytes of held) this.received(bytes);
    this.tellEnd();
  }

  /** What a frame costs of the client's window. False: more than it had. */
  spend(bytes: number): boolean {
    this.receiveWindow -= bytes;
    return this.receiveWindow >= 0;
  }

  received(bytes: Buffer): void {
    if (this.hasClosed) return;
    if (this.isPaused || this.held.length > 0) this.held.push(bytes);
    else this.deliver(bytes);
  }

  remoteEnded(): void {
    if (this.hasRemoteEnded) return;
    this.hasRemoteEnded = true;
    this.tellEnd();
    if (this.hasLocalEnded && this.trailers === undefined) this.close();
  }

  get isRemoteEnded(): boolean {
    return this.hasRemoteEnded;
  }

  /** False: more than a window may be. */
  widen(bytes: number): boolean {
    this.sendWindow += bytes;
    return this.sendWindow <= largestWindowBytes;
  }

  /** Sends what the windows let through. */
  pump(): void {
    const { connection } = this;
    while (this.queue.length > 0) {
      const first = this.queue[0] as Buffer;
      const left = first.length - this.sentOfFirst;
      const count = Math.min(left, this.sendWindow, connection.sendableBytes);
      if (count <= 0 && left > 0) {
        this.hasWaited = true;
        // For a window of its own to open it waits by itself.
        if (this.sendWindow > 0) connection.waits(this);
        return;
      }
      connection.send(frameHead(count, frameType.data, 0, this.id));
      connection.send(count === first.length ? first : first.subarray(this.sentOfFirst, this.sentOfFirst + count));
      connection.spent(count);
      this.sendWindow -= count;
      this.sentOfFirst += count;
      if (this.sentOfFirst < first.length) continue;
      this.sentOfFirst = 0;
      this.queue.shift();
      this.queuedBytes -= first.length;
    }
    if (this.trailers !== undefined) this.sendTrailers();
    if (!this.hasWaited) return;
    this.hasWaited = false;
    this.sink?.drained();
  }

  /** Nothing goes over the wire any more, as the client or the socket will have it. */
  close(): void {
    if (this.leave()) this.sink?.closed();
  }

  tellClosed(): void {
    this.sink?.closed();
  }

  /** As we will have it: whoever is in the middle of a call to this stream is not called back from within. */
  private closeLater(): void {
    if (this.leave()) process.nextTick(tellClosed, this);
  }

  private leave(): boolean {
    if (this.hasClosed) return false;
    this.hasClosed = true;
    this.hasLocalEnded = true;
    this.queue = [];
    this.queuedBytes = 0;
    this.held = [];
    this.hasWaited = false;
    this.trailers = undefined;
    this.connection.forget(this);
    return true;
  }

  private tellEnd(): void {
    if (!this.hasRemoteEnded || this.hasToldEnd || this.hasClosed || this.isPaused || this.held.length > 0) return;
    this.hasToldEnd = true;
    this.sink?.halfClosed();
  }

  private deliver(bytes: Buffer): void {
    this.sink?.received(bytes);
    this.allow(bytes.length);
  }

  /** The client may send as much again: not at once, but before it has to wait. */
  allow(bytes: number): void {
    this.taken += bytes;
    if (this.hasRemoteEnded || this.hasClosed || this.taken * 2 < this.connection.limits.streamWindowBytes) return;
    this.receiveWindow += this.taken;
    this.connection.send(windowUpdateFrame(this.id, this.taken));
    this.taken = 0;
  }

  private sendTrailers(): void {
    const { trailers } = this;
    if (trailers === undefined) return;
    this.trailers = undefined;
    this.connection.send(headersFrame(this.id, trailers, true));
    this.localEnded();
  }

  private localEnded(): void {
    this.hasLocalEnded = true;
    if (this.hasRemoteEnded) this.closeLater();
    else if (this.stopsClient) this.reset(http2Code.noError);
  }
}

function release(stream: Http2Stream): void {
  stream.release();
}

function tellClosed(stream: Http2Stream): void {
  stream.tellClosed();
}
