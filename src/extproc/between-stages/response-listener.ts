import type { Rejection } from '../rejection.ts';

/** Told what a response says, whoever else may change what the caller gets of it. Sees the provider's own words. */
export interface ResponseListener {
  /**
   * The body of a response that is JSON, or the data of an event of a stream. Not of every event: those that bring
   * nothing but text may be left out, those with usage, an ending or an error are not. Valid only during the call.
   */
  value(value: unknown): void;
  /** Bytes of the response body as they came, whether or not they can be read. */
  bytes(piece: Buffer): void;
  /** A stream has brought its first token. */
  firstToken?(): void;
  /** Asked behind each piece: a reason to end the response here and now; undefined: none. */
  stop(): Rejection | undefined;
}
