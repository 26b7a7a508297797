import type { RemoteText } from '../remote-judge.ts';
import type { Phase } from '../rule.ts';
import type { Slice } from './split.ts';

/** A text, or as much of it as the service takes at once. */
export interface Piece extends Slice {
  /** Index into the texts that were asked about. */
  readonly text: number;
  readonly content: string;
  /** What is asked about it: the same content, asked otherwise, is another question. */
  readonly aspect: string;
}

export interface Reason {
  readonly entity: string;
  readonly score: number;
}

/** A replacement inside of a piece. */
export interface Edit extends Slice {
  readonly replacement: string;
}

export type PieceVerdict =
  | { readonly kind: 'clear' }
  /** `isTogether`: the service judged several pieces at once and did not say which of them it means. */
  | { readonly kind: 'flagged'; readonly reasons: readonly Reason[]; readonly isTogether: boolean }
  | { readonly kind: 'edited'; readonly reasons: readonly Reason[]; readonly edits: readonly Edit[] }
  /** Reworded so that nobody can say which piece of it became what. */
  | { readonly kind: 'reworded'; readonly reasons: readonly Reason[]; readonly wording: string };

export interface ServiceRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What differs from one service to the next; everything about waiting, failing and remembering is the same for all. */
export interface Service {
  readonly name: 'azureContentSafety' | 'openaiModeration' | 'bedrockGuardrail' | 'webhook';
  /** Scheme, host and port. */
  readonly origin: string;
  /** PEM; undefined: the system's certificates. */
  readonly ca: string | undefined;
  pieces(texts: readonly RemoteText[], phase: Phase): readonly Piece[];
  /** Pieces that can be asked about with one request; `unknown` are those of `all` that the cache does not know. */
  batches(unknown: readonly Piece[], all: readonly Piece[]): readonly (readonly Piece[])[];
  /** `texts` are those that the pieces were made of. */
  request(batch: readonly Piece[], texts: readonly RemoteText[], phase: Phase): ServiceRequest;
  /** One verdict for each piece of the batch; undefined: not an answer to what was asked. */
  read(answer: unknown, batch: readonly Piece[]): readonly PieceVerdict[] | undefined;
}

export const clear: PieceVerdict = { kind: 'clear' };

/** Clear if there is no reason. */
export function flaggedFor(reasons: readonly Reason[]): PieceVerdict {
  return reasons.length === 0 ? clear : { kind: 'flagged', reasons, isTogether: false };
}

/** Groups of at most `most` pieces with at most `longest` code units together, in their order. */
export function packed(pieces: readonly Piece[], most: number, longest: number): readonly (readonly Piece[])[] {
  const batches: Piece[][] = [];
  let open: Piece[] = [];
  let length = 0;
  for (const piece of pieces) {
    if (open.length > 0 && (open.length === most || length + piece.content.length > longest)) {
      batches.push(open);
      open = [];
      length = 0;
    }
    open.push(piece);
    length += piece.content.length;
  }
  if (open.length > 0) batches.push(open);
  return batches;
}
