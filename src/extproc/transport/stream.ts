import type { Metadata } from './http2/metadata.ts';

/**
 * What a method does with the messages of one stream. Exactly one of `end` and `reset` is called, once, whatever
 * happens, also after the handler itself ended or failed the stream; no message follows it.
 */
export interface StreamHandler {
  /**
   * One whole message. The bytes may be a view into what came from the socket: they are never written again, but
   * keeping a small view keeps up to 64 KiB alive. Copy what outlives the stream.
   */
  message(bytes: Buffer): void;
  /** The client has half-closed: nothing more comes. The stream stays open until it is ended or failed. */
  end(): void;
  /** The stream was reset, its connection lost, or it broke a rule of gRPC. Nothing can be sent any more. */
  reset(): void;
}

/** The server's side of one stream. After `end` or `fail`, or once it is reset, all methods do nothing. */
export interface ServerStream {
  /** The request's headers: gRPC's initial metadata. */
  readonly metadata: Metadata;
  /** Neither ended, failed nor reset: what is written may still arrive. */
  readonly isOpen: boolean;
  /** Sends one frame: five bytes of gRPC prefix and the message. The frame belongs to the transport afterwards. */
  write(frame: Buffer): void;
  /** Ends the stream with status OK. */
  end(): void;
  /** Ends the stream with a gRPC status. `message` is seen by the peer: no secrets, no stack traces. */
  fail(code: number, message: string): void;
  /**
   * Stops reading, so that flow control holds the client back; messages of the chunk at hand still arrive. For a
   * handler that waits and does not want a queue to grow.
   */
  pause(): void;
  resume(): void;
}

/** Answers a new stream. What it throws fails the stream with INTERNAL. */
export type Method = (stream: ServerStream) => StreamHandler;
