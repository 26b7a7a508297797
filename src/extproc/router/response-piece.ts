import type { Exchange } from '../exchange.ts';
import type { ServerStream } from '../transport/stream.ts';
import { kind } from '../wire/kind.ts';
import { bodySendMode } from '../wire/mode.ts';
import { continueFrame, encodeStreamedBody } from '../wire/outgoing.ts';

/** The message with which a piece of the response body came: bytes, or the trailers behind the last of them. */
export interface ResponsePiece {
  readonly bytes: Buffer;
  readonly isLast: boolean;
  readonly isTrailers: boolean;
}

const nothing = Buffer.alloc(0);

/**
 * Writes what the stages made of a piece, in the manner of the mode in which it came. The stages say the same in every
 * mode: `answer.body`, `answer.clearBody`, or nothing where the piece stays as it is.
 */
export function writePiece(stream: ServerStream, exchange: Exchange, piece: ResponsePiece): void {
  const { answer } = exchange;
  if (exchange.responseBodyMode !== bodySendMode.fullDuplexStreamed) {
    if (!piece.isTrailers) {
      stream.write(answer.encode(kind.responseBody));
      return;
    }
    // One answer per message, and this message has no body: who may have bytes left at the end asks for full duplex.
    answer.discard();
    stream.write(continueFrame(kind.responseTrailers));
    return;
  }
  const bytes = answer.body ?? (answer.clearBody ? nothing : piece.bytes);
  const isEnd = piece.isLast && !piece.isTrailers;
  // Answers are not counted in this mode: a piece that is held back needs none.
  if (bytes.length > 0 || isEnd) stream.write(encodeStreamedBody(bytes, isEnd));
  answer.discard();
  if (piece.isTrailers) stream.write(continueFrame(kind.responseTrailers));
}

/** Ends the response that the caller has begun to read, with these bytes; what the provider still sends is dropped. */
export function cutResponse(stream: ServerStream, exchange: Exchange, lastBytes: Buffer): void {
  if (exchange.responseBodyMode !== bodySendMode.fullDuplexStreamed) {
    throw new Error('a response can be ended early only where it comes in full duplex');
  }
  stream.write(encodeStreamedBody(lastBytes, true));
}
