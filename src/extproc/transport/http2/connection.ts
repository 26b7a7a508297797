import type { Socket } from 'node:net';
import type { Limits } from '../limits.ts';
import { ConnectionFault, flowFault, http2Code, protocolFault } from './error.ts';
import {
  defaultMaxFrameBytes,
  defaultWindowBytes,
  flag,
  frameType,
  goAwayFrame,
  largestWindowBytes,
  pingAnswer,
  resetFrame,
  setting,
  settingsAnswer,
  settingsFrame,
  windowUpdateFrame,
} from './frame.ts';
import { type FrameSink, FrameSplitter } from './frame-splitter.ts';
import { HeaderBlock } from './header-block.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { requestMetadata } from './metadata.ts';
import { Output } from './output.ts';
import { unpadded } from './padding.ts';
import { readSettings } from './settings.ts';
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
 * The server's side of one HTTP/2 connection (RFC 9113), as far as gRPC needs it: no push, no priorities.
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
  /** For room in the connection. Whoever got some of it goes to the end. */
  private readonly waiting = new Set<Http2Stream>();
  private lastStream = 0;
  private hasSettings = false;
  private isLeaving = false;
  private isOver = false;
  private readonly block = new HeaderBlock(maxHeaderBytes);
  /** Bytes that came in since the client was last allowed to send more. */
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
    this.send(
      settingsFrame([
        [setting.maxConcurrentStreams, limits.maxConcurrentStreams],
        [setting.initialWindowSize, limits.streamWindowBytes],
        [setting.maxHeaderListSize, maxHeaderBytes],
      ]),
    );
    // It begins with the default and can only grow.
    const more = limits.connectionWindowBytes - defaultWindowBytes;
    if (more > 0) this.send(windowUpdateFrame(0, more));
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('drain', () => this.pumpAll());
    socket.on('error', (error) => options.onError(error));
    // Also if the client does not read what is still to be written.
    socket.on('end', () => this.finish());
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
        if (id % 2 === 0) throw protocolFault(`HEADERS on stream ${id}`);
        this.headers(this.block.begin(id, flags, payload));
        break;
      case frameType.continuation:
        this.headers(this.block.continue(id, flags, payload));
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
        this.clientLeaves(id, payload);
        break;
      case frameType.windowUpdate:
        this.windowUpdate(id, payload);
        break;
      case frameType.pushPromise:
        throw protocolFault('a client cannot push');
      case frameType.priority:
        if (id === 0) throw protocolFault('PRIORITY without a stream');
        expectLength(payload, 5, 'PRIORITY');
        break;
      default:
        // Whatever comes after RFC 9113 is to be ignored.
        break;
    }
  }

  private read(chunk: Buffer): void {
    if (this.isOver) return;
    this.output.hold();
    try {
      this.splitter.push(chunk);
      // What a client can ask for without end must not pile up for one that does not read.
      if (this.output.isOverrun) throw new ConnectionFault(http2Code.enhanceYourCalm, 'answers are not read');
    } catch (error) {
      this.failed(error);
    }
    this.output.release();
  }

  private failed(error: unknown): void {
    const fault =
      error instanceof ConnectionFault ? error : new ConnectionFault(http2Code.internalError, String(error));
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
    // Not the socket's own time limit: a client that goes on sending would put that off for ever.
    const limit = setTimeout(() => this.socket.destroy(), finishMs).unref();
    this.socket.once('close', () => clearTimeout(limit));
  }

  private socketClosed(): void {
    this.isOver = true;
    for (const stream of [...this.streams.values()]) stream.close();
    this.options.onClose();
  }

  /** `size`: what it costs of the windows, padding included. */
  private receive(id: number, bytes: Buffer, size: number, isEnd: boolean): void {
    this.expectOpened(id, 'DATA');
    this.taken += size;
    // Whoever holds it: what is held is bounded by the streams' windows, and none of them may block the others.
    if (this.taken * 2 >= this.limits.connectionWindowBytes) {
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
    if (size > bytes.length) stream.allow(size - bytes.length);
    if (isEnd) stream.remoteEnded();
  }

  private expectNoContinuation(): void {
    if (this.block.isOpen) throw protocolFault('a header block is not continued');
  }

  private headers(block: Buffer | undefined): void {
    if (block === undefined) return;
    const id = this.block.stream;
    // Also those of streams that are not taken: later blocks refer to them.
    const list = this.hpack.decode(block);
    if (id <= this.lastStream) {
      this.trailers(id, list);
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
    const stream = new Http2Stream(this, id, metadata, this.block.endsStream);
    this.streams.set(id, stream);
    this.options.onStream(stream);
  }

  /** gRPC's clients have none, but may send them: what they say is of no interest. */
  private trailers(id: number, list: readonly string[]): void {
    const isOpening = list[0]?.startsWith(':') === true;
    const stream = this.streams.get(id);
    if (stream === undefined) {
      // Trailers may still have been on their way when the stream was closed.
      if (isOpening) throw protocolFault(`stream ${id} is opened after ${this.lastStream}`);
    } else if (stream.isRemoteEnded) {
      stream.reset(http2Code.streamClosed);
    } else if (isOpening || !this.block.endsStream) {
      stream.reset(http2Code.protocolError);
    } else {
      stream.remoteEnded();
    }
  }

  /** Open, or closed already. Streams of even numbers would be ours. */
  private expectOpened(id: number, what: string): void {
    if (id % 2 === 0 || id > this.lastStream) throw protocolFault(`${what} on stream ${id}, which was never opened`);
  }

  /** It opens no more streams here; those that are open go on. */
  private clientLeaves(id: number, payload: Buffer): void {
    if (id !== 0) throw protocolFault('GOAWAY on a stream');
    if (payload.length < 8) throw frameSizeFault('GOAWAY');
    this.isLeaving = true;
    if (this.streams.size === 0) this.finish();
  }

  private reset(id: number, payload: Buffer): void {
    expectLength(payload, 4, 'RST_STREAM');
    this.expectOpened(id, 'RST_STREAM');
    this.streams.get(id)?.close();
  }

  private settings(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw protocolFault('SETTINGS on a stream');
    if ((flags & flag.ack) !== 0) {
      if (!this.hasSettings) throw protocolFault('the first SETTINGS answer nothing');
      expectLength(payload, 0, 'SETTINGS that answer');
      return;
    }
    this.hasSettings = true;
    // Frames longer than the default would make others wait behind them, and what we send is in no table.
    for (const [name, value] of readSettings(payload)) {
      if (name === setting.initialWindowSize) this.resizeWindows(value);
    }
    this.send(settingsAnswer);
    // Their own windows may have been what they waited for.
    for (const stream of this.streams.values()) stream.pump();
  }

  private resizeWindows(bytes: number): void {
    const more = bytes - this.peerStreamWindow;
    this.peerStreamWindow = bytes;
    for (const stream of this.streams.values()) if (!stream.widen(more)) throw flowFault();
  }

  private ping(id: number, flags: number, payload: Buffer): void {
    if (id !== 0) throw protocolFault('PING on a stream');
    expectLength(payload, 8, 'PING');
    if ((flags & flag.ack) === 0) this.send(pingAnswer(payload));
  }

  private windowUpdate(id: number, payload: Buffer): void {
    expectLength(payload, 4, 'WINDOW_UPDATE');
    const more = payload.readUInt32BE(0) & 0x7fffffff;
    if (id === 0) {
      if (more === 0) throw protocolFault('WINDOW_UPDATE of nothing');
      this.sendWindow += more;
      if (this.sendWindow > largestWindowBytes) throw flowFault();
      this.pumpAll();
      return;
    }
    this.expectOpened(id, 'WINDOW_UPDATE');
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (more === 0) stream.reset(http2Code.protocolError);
    else if (!stream.widen(more)) stream.reset(http2Code.flowControlError);
    else stream.pump();
  }

  private pumpAll(): void {
    for (const stream of this.waiting) {
      if (this.sendableBytes === 0) return;
      this.waiting.delete(stream);
      stream.pump();
    }
  }
}

function expectLength(payload: Buffer, length: number, what: string): void {
  if (payload.length !== length) throw frameSizeFault(what);
}

function frameSizeFault(what: string): ConnectionFault {
  return new ConnectionFault(http2Code.frameSizeError, `${what} of a wrong length`);
}
