import type { Socket } from 'node:net';
import type { Limits } from '../limits.ts';
import { ConnectionFault, http2Code } from './error.ts';
import {
  defaultMaxFrameBytes,
  defaultWindowBytes,
  flag,
  frameType,
  goAwayFrame,
  largestMaxFrameBytes,
  largestWindowBytes,
  pingAnswer,
  resetFrame,
  setting,
  settingsAnswer,
  settingsFrame,
  windowUpdateFrame,
} from './frame.ts';
import { type FrameSink, FrameSplitter } from './frame-splitter.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { requestMetadata } from './metadata.ts';
import { Output } from './output.ts';
import { Http2Stream } from './stream.ts';

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly limits: Limits;
  /** A request has begun. */
  readonly onStream: (stream: Http2Stream) => void;
  /** The peer broke HTTP/2, or the socket broke. The connection closes by itself. */
  readonly onError: (error: Error) => void;
  /** After all of its streams have been closed. */
  readonly onClose: () => void;
}

/** Of names and values of one request, packed and unpacked. */
const maxHeaderBytes = 64 * 1024;

/** For a client that does not even read that it is over. */
const finishMs = 5_000;

/**
 * The server's side of one HTTP/2 connection (RFC 9113), as far as gRPC needs it: no push, no priorities. Node's own
 * implementation costs three times as much per stream.
 */
export class Connection implements FrameSink {
  readonly limits: Limits;
  /** Resolves when nothing of it is left. */
  readonly closed: Promise<void>;
  private readonly options: ConnectionOptions;
  private readonly socket: Socket;
  private readonly output: Output;
  private readonly splitter: FrameSplitter;
  private readonly hpack = new HpackDecoder(maxHeaderBytes);
  private readonly streams = new Map<number, Http2Stream>();
  private readonly waiting = new Set<Http2Stream>();
  private lastStream = 0;
  private hasSettings = false;
  private isLeaving = false;
  private isOver = false;
  /** Header block that goes on in the next frame, which must be a CONTINUATION of the same stream. */
  private block: Buffer | undefined = undefined;
  private blockStream = 0;
  private blockEndsStream = false;
  private receiveWindow: number;
  private taken = 0;
  private sendWindow = defaultWindowBytes;
  private peerStreamWindow = defaultWindowBytes;

  constructor(options: ConnectionOptions) {
    const { socket, limits } = options;
    this.options = options;
    this.socket = socket;
    this.limits = limits;
    this.output = new Output(socket);
    this.splitter = new FrameSplitter(this);
    this.receiveWindow = limits.connectionWindowBytes;
    this.send(
      settingsFrame([
        [setting.maxConcurrentStreams, limits.maxConcurrentStreams],
        [setting.initialWindowSize, limits.streamWindowBytes],
        [setting.maxHeaderListSize, maxHeaderBytes],
      ]),
    );
    this.send(windowUpdateFrame(0, limits.connectionWindowBytes - defaultWindowBytes));
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('drain', () => this.pumpAll());
    socket.on('error', (error) => options.onError(error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.socketClosed();
        resolve();
      });
    });
  }

  get peerWindowBytes(): number {
    return this.peerStreamWindow;
  }

  /** How long the next DATA frame may be, as far as the connection is concerned. */
  get sendableBytes(): number {
    return this.output.isFull ? 0 : Math.min(this.sendWindow, defaultMaxFrameBytes);
  }

  send(frame: Buffer): void {
    this.output.push(frame);
  }

  spent(bytes: number): void {
    this.sendWindow -= bytes;
  }

  /** The stream is pumped again as soon as there is room. */
  waits(stream: Http2Stream): void {
    this.waiting.add(stream);
  }

  forget(stream: Http2Stream): void {
    this.streams.delete(stream.id);
    this.waiting.delete(stream);
    if (this.isLeaving && this.streams.size === 0) this.finish();
  }

  /**
   * Takes no new streams and closes when the last one is over. GOAWAY says which stream was the last to be looked at, so
   * that the client may repeat newer ones elsewhere; Envoy does.
   */
  goAway(): void {
    if (this.isOver || this.isLeaving) return;
    this.isLeaving = true;
    this.send(goAwayFrame(this.lastStream, http2Code.noError));
    if (this.streams.size === 0) this.finish();
  }

  get isGoingAway(): boolean {
    return this.isLeaving || this.isOver;
  }

  /** At once, whatever is open. */
  destroy(): void {
    this.socket.destroy();
  }

  data(id: number, bytes: Buffer, isLastPart: boolean, flags: number): void {
    if (!this.hasSettings) throw protocolFault('the first frame is not SETTINGS');
    this.expectNoContinuation();
    this.receive(id, bytes, bytes.length, isLastPart && (flags & flag.endStream) !== 0);
  }

  frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (!this.hasSettings && type !== frameType.settings) throw protocolFault('the first frame is not SETTINGS');
    if (type !== frameType.continuation) this.expectNoContinuation();
    switch (type) {
      case frameType.data:
        this.receive(id, unpadded(payload), payload.length, (flags & flag.endStream) !== 0);
        break;
      case frameType.headers:
        this.beginBlock(id, flags, payload);
        break;
      case frameType.continuation:
        this.continueBlock(id, flags, payload);
        break;
      case frameType.reset:
        this.reset(id, payload);
        break;
      case frameType.settings:
        this.settings(id, flags, payload);
        break;
      case frameType.ping:
        this.ping(id, flags, payload);
        break;
      case frameType.goAway:
        // The client opens no more streams here; those that are open go on.
        this.isLeaving = true;
        if (this.streams.size === 0) this.finish();
        break;
      case frameType.windowUpdate:
        this.windowUpdate(id, payload);
        break;
      case frameType.pushPromise:
        throw protocolFault('a client cannot push');
      default:
        // PRIORITY, and whatever comes after RFC 9113: to be ignored.
        break;
    }
  }

  private read(chunk: Buffer): void {
    if (this.isOver) return;
    this.output.hold();
    try {
      this.splitter.push(chunk);
    } catch (error) {
      this.failed(error);
    }
    this.output.release();
  }

  private failed(error: unknown): void {
    const fault =
      error instanceof ConnectionFault ? error : new ConnectionFault(http2Code.protocolError, String(error));
    this.send(goAwayFrame(this.lastStream, fault.code));
    this.options.onError(fault);
    this.finish();
  }

  /** Everything that was sent arrives, then the socket closes. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.output.release();
    this.socket.destroySoon();
    this.socket.setTimeout(finishMs, () => this.socket.destroy());
  }

  private socketClosed(): void {
    this.isOver = true;
    for (const stream of [...this.streams.values()]) stream.close();
    this.options.onClose();
  }

  /** `size`: what it costs of the windows, padding included. */
  private receive(id: number, bytes: Buffer, size: number, isEnd: boolean): void {
    if (id === 0) throw protocolFault('DATA without a stream');
    if (id > this.lastStream) throw protocolFault('DATA on a stream that was never opened');
    this.receiveWindow -= size;
    if (this.receiveWindow < 0) throw flowFault();
    this.taken += size;
    if (this.taken * 2 >= this.limits.connectionWindowBytes) {
      this.receiveWindow += this.taken;
      this.send(windowUpdateFrame(0, this.taken));
      this.taken = 0;
    }
    const stream = this.streams.get(id);
    // Still on its way when the stream was closed.
    if (stream === undefined) return;
    if (stream.isRemoteEnded) {
      stream.reset(http2Code.streamClosed);
      return;
    }
    if (!stream.spend(size)) {
      stream.reset(http2Code.flowControlError);
      return;
    }
    if (bytes.length > 0) stream.received(bytes);
    if (isEnd) stream.remoteEnded();
  }

  private beginBlock(id: number, flags: number, payload: Buffer): void {
    if (id % 2 === 0) throw protocolFault(`HEADERS on stream ${id}`);
    const isPadded = (flags & flag.padded) !== 0;
    let block = isPadded ? unpadded(payload) : payload;
    if ((flags & flag.priority) !== 0) {
      if (block.length < 5) throw new ConnectionFault(http2Code.frameSizeError, 'HEADERS too short for a priority');
      block = block.subarray(5);
    }
    this.blockStream = id;
    this.blockEndsStream = (flags & flag.endStream) !== 0;
    if ((flags & flag.endHeaders) !== 0) this.headers(block);
    else this.block = Buffer.from(block);
  }

  private continueBlock(id: number, flags: number, payload: Buffer): void {
    if (this.block === undefined || id !== this.blockStream) throw protocolFault('CONTINUATION of nothing');
    const block = Buffer.concat([this.block, payload]);
    if (block.length > maxHeaderBytes) throw new ConnectionFault(http2Code.enhanceYourCalm, 'headers are too long');
    this.block = block;
    if ((flags & flag.endHeaders) === 0) return;
    this.block = undefined;
    this.headers(block);
  }

  private expectNoContinuation(): void {
    if (this.block !== undefined) throw protocolFault('a header block is not continued');
  }

  private headers(block: Buffer): void {
    const id = this.blockStream;
    // Also those of streams that are not taken: later blocks refer to them.
    const list = this.hpack.decode(block);
    if (id <= this.lastStream) {
      this.streams.get(id)?.remoteEnded();
      return;
    }
    this.lastStream = id;
    const metadata = requestMetadata(list);
    if (metadata === undefined) {
      this.send(resetFrame(id, http2Code.protocolError));
      return;
    }
    if (this.isLeaving || this.streams.size >= this.limits.maxConcurrentStreams) {
      this.send(resetFrame(id, http2Code.refusedStream));
      return;
    }
    const stream = new Http2Stream(this, id, metadata, this.blockEndsStream);
    this.streams.set(id, stream);
    this.options.onStream(stream);
  }

  private reset(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionFault(http2Code.frameSizeError, 'RST_STREAM has four bytes');
    if (id === 0 || id > this.lastStream) throw protocolFault('RST_STREAM on a stream that was never opened');
    this.streams.get(id)?.close();
  }

  private settings(id: number, flags: number, payload: Buffer): void {
    this.hasSettings = true;
    if (id !== 0) throw protocolFault('SETTINGS on a stream');
    if ((flags & flag.ack) !== 0) return;
    if (payload.length % 6 !== 0) throw new ConnectionFault(http2Code.frameSizeError, 'SETTINGS of an odd length');
    for (let at = 0; at < payload.length; at += 6) {
      const value = payload.readUInt32BE(at + 2);
      switch (payload.readUInt16BE(at)) {
        case setting.initialWindowSize:
          this.resizeWindows(value);
          break;
        case setting.maxFrameSize:
          if (value < defaultMaxFrameBytes || value > largestMaxFrameBytes) throw protocolFault('a frame size');
          // Longer frames would make others wait behind them.
          break;
        default:
          break;
      }
    }
    this.answer(settingsAnswer);
    this.pumpAll();
  }

  private resizeWindows(bytes: number): void {
    if (bytes > largestWindowBytes) throw flowFault();
    const more = bytes - this.peerStreamWindow;
    this.peerStreamWindow = bytes;
    for (const stream of this.streams.values()) if (!stream.widen(more)) throw flowFault();
  }

  private ping(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw protocolFault('PING on a stream');
    if (payload.length !== 8) throw new ConnectionFault(http2Code.frameSizeError, 'PING has eight bytes');
    if ((flags & flag.ack) === 0) this.answer(pingAnswer(payload));
  }

  /** What a client can ask for without end must not pile up for one that does not read. */
  private answer(frame: Buffer): void {
    if (this.output.isFull) throw new ConnectionFault(http2Code.enhanceYourCalm, 'answers are not read');
    this.send(frame);
  }

  private windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionFault(http2Code.frameSizeError, 'WINDOW_UPDATE has four bytes');
    const more = payload.readUInt32BE(0) & 0x7fffffff;
    if (id > this.lastStream) throw protocolFault('WINDOW_UPDATE on a stream that was never opened');
    if (id === 0) {
      this.sendWindow += more;
      if (more === 0) throw protocolFault('WINDOW_UPDATE of nothing');
      if (this.sendWindow > largestWindowBytes) throw flowFault();
      this.pumpAll();
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (more === 0) stream.reset(http2Code.protocolError);
    else if (!stream.widen(more)) stream.reset(http2Code.flowControlError);
    else stream.pump();
  }

  private pumpAll(): void {
    const streams = [...this.waiting];
    this.waiting.clear();
    for (const stream of streams) stream.pump();
  }
}

function unpadded(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length) throw protocolFault('padding longer than its frame');
  return payload.subarray(1, payload.length - padding);
}

function protocolFault(message: string): ConnectionFault {
  return new ConnectionFault(http2Code.protocolError, message);
}

function flowFault(): ConnectionFault {
  return new ConnectionFault(http2Code.flowControlError, 'more was sent than a window allows');
}
