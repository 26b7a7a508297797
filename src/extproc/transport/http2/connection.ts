import type { Socket } from 'node:net';
import type { Limits } from '../limits.ts';
import { ConnectionFault, flowFault, http2Code, protocolFault } from './error.ts';
import {
  defaultMaxFrameBytes,
  defaultWindowBytes,
  goAwayFrame,
  largestWindowBytes,
  pingAnswer,
  resetFrame,
  setting,
  settingsAnswer,
  settingsFrame,
  windowUpdateFrame,
} from './frame.ts';
import { type FrameHandler, FrameInterpreter } from './frame-interpreter.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { HpackDecoder } from './hpack/decoder.ts';
import { requestMetadata } from './metadata.ts';
import { Output } from './output.ts';
import type { PeerSettings } from './settings.ts';
import { Http2Stream, type StreamCarrier } from './stream.ts';

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
export class Connection implements FrameHandler, StreamCarrier {
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
  private isLeaving = false;
  private isOver = false;
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
    this.splitter = new FrameSplitter(new FrameInterpreter(this, maxHeaderBytes));
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

  get sendableBytes(): number {
    return this.output.isFull ? 0 : Math.min(this.sendWindow, defaultMaxFrameBytes);
  }

  send(frame: Buffer): void {
    this.output.push(frame);
  }

  spent(bytes: number): void {
    this.sendWindow -= bytes;
  }

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

  receive(id: number, bytes: Buffer, size: number, isEnd: boolean): void {
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

  headers(id: number, block: Buffer, isEnd: boolean): void {
    // Also those of streams that are not taken: later blocks refer to them.
    const list = this.hpack.decode(block);
    if (id <= this.lastStream) {
      this.trailers(id, list, isEnd);
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
    const stream = new Http2Stream(this, id, metadata, isEnd);
    this.streams.set(id, stream);
    this.options.onStream(stream);
  }

  /** Streams that are open go on. */
  peerLeaves(): void {
    this.isLeaving = true;
    if (this.streams.size === 0) this.finish();
  }

  peerResets(id: number): void {
    this.expectOpened(id, 'RST_STREAM');
    this.streams.get(id)?.close();
  }

  peerSettings(settings: PeerSettings): void {
    // Frames longer than the default would make others wait behind them, and what we send is in no table.
    for (const [name, value] of settings) {
      if (name === setting.initialWindowSize) this.resizeWindows(value);
    }
    this.send(settingsAnswer);
    // Their own windows may have been what they waited for.
    for (const stream of this.streams.values()) stream.pump();
  }

  ping(payload: Buffer): void {
    this.send(pingAnswer(payload));
  }

  widen(id: number, more: number): void {
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

  /** gRPC's clients have none, but may send them: what they say is of no interest. */
  private trailers(id: number, list: readonly string[], isEnd: boolean): void {
    const isOpening = list[0]?.startsWith(':') === true;
    const stream = this.streams.get(id);
    if (stream === undefined) {
      // Trailers may still have been on their way when the stream was closed.
      if (isOpening) throw protocolFault(`stream ${id} is opened after ${this.lastStream}`);
    } else if (stream.isRemoteEnded) {
      stream.reset(http2Code.streamClosed);
    } else if (isOpening || !isEnd) {
      stream.reset(http2Code.protocolError);
    } else {
      stream.remoteEnded();
    }
  }

  /** Open, or closed already. Streams of even numbers would be ours. */
  private expectOpened(id: number, what: string): void {
    if (id % 2 === 0 || id > this.lastStream) throw protocolFault(`${what} on stream ${id}, which was never opened`);
  }

  private resizeWindows(bytes: number): void {
    const more = bytes - this.peerStreamWindow;
    this.peerStreamWindow = bytes;
    for (const stream of this.streams.values()) if (!stream.widen(more)) throw flowFault();
  }

  private pumpAll(): void {
    for (const stream of this.waiting) {
      if (this.sendableBytes === 0) return;
      this.waiting.delete(stream);
      stream.pump();
    }
  }
}
