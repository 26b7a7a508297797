import type { JsonPath } from '../../text/leaf.ts';
import { answerStrings } from '../../text/response.ts';
import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';
import { choiceChunk } from './choice-chunk.ts';
import { isClosing } from './is-closing.ts';
import { indexOf, keyWithin } from './key-within.ts';

/** `text_completion` */
export class CompletionsShape implements StreamShape {
  readonly isRepeating = false;

  read(value: object, texts: EventTexts): void {
    const choices = 'choices' in value && Array.isArray(value.choices) ? (value.choices as unknown[]) : [];
    if (isClosing(value, choices)) texts.complete();
    for (const [at, choice] of choices.entries()) {
      const group = String(indexOf(choice, at));
      const isLast =
        typeof choice === 'object' && choice !== null && 'finish_reason' in choice && Boolean(choice.finish_reason);
      for (const { path, role, kind, text } of stringsIn(choice, ['choices', at], 'assistant')) {
        texts.piece({ key: group + keyWithin(choice, path, 2), group, role, kind, path, text, isLast });
      }
      if (isLast) texts.complete(group);
    }
    for (const text of answerStrings(value, [], 'choices')) texts.whole(text);
  }

  carrying(value: object, path: JsonPath, text: string): object {
    return choiceChunk(value, path, text);
  }
}
