import type { JsonPath, TextRole, TextString } from '../text/leaf.ts';

/** A piece of a text inside an event. */
export interface Piece {
  /** Which text: pieces of equal keys are put together by the caller. */
  readonly key: string;
  /** What texts are complete together: a choice, a block, an item. */
  readonly group: string;
  readonly role: TextRole;
  readonly kind: 'text' | 'json';
  readonly path: JsonPath;
  readonly text: string;
  /** The text is complete with this event. */
  readonly isLast: boolean;
}

/** What a shape reports of an event, in this order: what is complete before it, then what it brings. */
export interface EventTexts {
  /** All texts of a group, or of the stream, are complete before this event. */
  complete(group?: string): void;
  /** The texts of one key, and those below it, unless this event brings a piece of them. */
  completeText(key: string): void;
  piece(piece: Piece): void;
  /** A text that stands in this event from beginning to end. */
  whole(text: TextString): void;
}

/** What one API's stream looks like. One per stream: some must remember what came before. */
export interface StreamShape {
  /** It sends whole texts again that it has sent in pieces. */
  readonly isRepeating: boolean;
  read(value: object, texts: EventTexts): void;
  /** An event like `value`, with nothing in it but `text` at `path`. */
  carrying(value: object, path: JsonPath, text: string): object;
}
