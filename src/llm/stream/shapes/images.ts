import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';

/** OpenAI's `image_generation.partial_image`, `image_generation.completed`: pictures, and what is said about them. */
export class ImagesShape implements StreamShape {
  readonly isRepeating = false;

  read(value: object, texts: EventTexts): void {
    for (const text of stringsIn(value, [], 'assistant')) texts.whole(text);
  }

  /** No text comes in pieces. */
  carrying(value: object): object {
    return value;
  }
}
