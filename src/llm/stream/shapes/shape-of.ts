import type { StreamShape } from '../shape.ts';
import { ChatShape } from './chat.ts';
import { CompletionsShape } from './completions.ts';
import { ImagesShape } from './images.ts';
import { MessagesShape } from './messages.ts';
import { ResponsesShape } from './responses.ts';

/** The shape of an API's stream; undefined: it has none that we know, so that nothing in it could be found. */
export function shapeOf(api: string): StreamShape | undefined {
  switch (api) {
    case 'chat.completions':
      return new ChatShape();
    case 'completions':
      return new CompletionsShape();
    case 'responses':
      return new ResponsesShape();
    case 'messages':
      return new MessagesShape();
    case 'images.generations':
      return new ImagesShape();
    default:
      return undefined;
  }
}
