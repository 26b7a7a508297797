import { ConnectionFault, http2Code, protocolFault } from './error.ts';
import { flag, frameType } from './frame.ts';
import type { FrameSink } from './frame-splitter.ts';
import { HeaderBlock } from './header-block.ts';
import { unpadded } from './padding.ts';
import { type PeerSettings, readSettings } from './settings.ts';

/** What a peer wants with its frames. Whether a stream may do so is for the handler to know. */
export interface FrameHandler {
  /** `size`: what it costs of the windows, padding included. */
  receive(stream: number, bytes: Buffer, size: number, isEnd: boolean): void;
  /** A whole header block, still packed. */
  headers(stream: number, block: Buffer, isEnd: boolean): void;
  peerResets(stream: number): void;
  peerSettings(settings: PeerSettings): void;
  /** It opens no more streams here. */
  peerLeaves(): void;
  ping(payload: Buffer): void;
  /** `stream` 0: for the whole connection. */
  widen(stream: number, bytes: number): void;
}

/**
 * Reads what frames say, by the rules that hold for each frame alone and for their order (RFC 9113, sections 4 to 6),
 * whatever the connection is at.
 */
export class FrameInterpreter implements FrameSink {
  private readonly handler: FrameHandler;
  private readonly block: HeaderBlock;
  private hasSettings = false;

  constructor(handler: FrameHandler, maxHeaderBytes: number) {
    this.handler = handler;
    this.block = new HeaderBlock(maxHeaderBytes);
  }

  data(stream: number, bytes: Buffer, isLastPart: boolean, flags: number): void {
    if (!this.hasSettings) throw protocolFault('the first frame is not SETTINGS');
    this.expectNoContinuation();
    this.handler.receive(stream, bytes, bytes.length, isLastPart && (flags & flag.endStream) !== 0);
  }

  frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (!this.hasSettings && type !== frameType.settings) throw protocolFault('the first frame is not SETTINGS');
    if (type !== frameType.continuation) this.expectNoContinuation();
    switch (type) {
      case frameType.data:
        this.handler.receive(stream, unpadded(payload), payload.length, (flags & flag.endStream) !== 0);
        break;
      case frameType.headers:
        if (stream % 2 === 0) throw protocolFault(`HEADERS on stream ${stream}`);
        this.headers(this.block.begin(stream, flags, payload));
        break;
      case frameType.continuation:
        this.headers(this.block.continue(stream, flags, payload));
        break;
      case frameType.reset:
        expectLength(payload, 4, 'RST_STREAM');
        this.handler.peerResets(stream);
        break;
      case frameType.settings:
        this.settings(stream, flags, payload);
        break;
      case frameType.ping:
        if (stream !== 0) throw protocolFault('PING on a stream');
        expectLength(payload, 8, 'PING');
        if ((flags & flag.ack) === 0) this.handler.ping(payload);
        break;
      case frameType.goAway:
        if (stream !== 0) throw protocolFault('GOAWAY on a stream');
        if (payload.length < 8) throw frameSizeFault('GOAWAY');
        this.handler.peerLeaves();
        break;
      case frameType.windowUpdate:
        expectLength(payload, 4, 'WINDOW_UPDATE');
        this.handler.widen(stream, payload.readUInt32BE(0) & 0x7fffffff);
        break;
      case frameType.pushPromise:
        throw protocolFault('a client cannot push');
      case frameType.priority:
        if (stream === 0) throw protocolFault('PRIORITY without a stream');
        expectLength(payload, 5, 'PRIORITY');
        break;
      default:
        // Whatever comes after RFC 9113 is to be ignored.
        break;
    }
  }

  private expectNoContinuation(): void {
    if (this.block.isOpen) throw protocolFault('a header block is not continued');
  }

  private headers(block: Buffer | undefined): void {
    if (block !== undefined) this.handler.headers(this.block.stream, block, this.block.endsStream);
  }

  private settings(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw protocolFault('SETTINGS on a stream');
    if ((flags & flag.ack) !== 0) {
      if (!this.hasSettings) throw protocolFault('the first SETTINGS answer nothing');
      expectLength(payload, 0, 'SETTINGS that answer');
      return;
    }
    this.hasSettings = true;
    this.handler.peerSettings(readSettings(payload));
  }
}

function expectLength(payload: Buffer, length: number, what: string): void {
  if (payload.length !== length) throw frameSizeFault(what);
}

function frameSizeFault(what: string): ConnectionFault {
  return new ConnectionFault(http2Code.frameSizeError, `${what} of a wrong length`);
}
