import type { JsonPath, TextRole } from '../../text/leaf.ts';
import { answerStrings } from '../../text/response.ts';
import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';
import { choiceChunk } from './choice-chunk.ts';
import { isClosing } from './is-closing.ts';
import { indexOf, keyWithin } from './key-within.ts';

/**
 * What a choice thinks before it speaks. Callers put all pieces of `content` together, whatever stands between them, so
 * that no text is complete before its choice is. Thoughts are: their end would else be shown behind the answer.
 */
interface Thoughts {
  readonly open: Set<string>;
  hasSpoken: boolean;
  /** They came back after words: then they are not complete before the choice is either. */
  areMixed: boolean;
}

interface Choice {
  readonly index: number;
  readonly group: string;
  readonly isLast: boolean;
}

const roles: Readonly<Record<string, TextRole>> = {
  content: 'assistant',
  refusal: 'assistant',
  reasoning: 'reasoning',
  reasoning_content: 'reasoning',
  reasoning_details: 'reasoning',
  tool_calls: 'toolInput',
  function_call: 'toolInput',
};

/** `chat.completion.chunk` */
export class ChatShape implements StreamShape {
  readonly isRepeating = false;
  private readonly thoughts: (Thoughts | undefined)[] = [];

  read(value: object, texts: EventTexts): void {
    const choices = 'choices' in value && Array.isArray(value.choices) ? (value.choices as unknown[]) : [];
    if (isClosing(value, choices)) texts.complete();
    for (let at = 0; at < choices.length; at++) {
      const choice = choices[at];
      if (typeof choice === 'object' && choice !== null) this.readChoice(choice, at, texts);
    }
    for (const text of answerStrings(value, [], 'choices')) texts.whole(text);
  }

  carrying(value: object, path: JsonPath, text: string): object {
    return choiceChunk(value, path, text);
  }

  private readChoice(value: object, at: number, texts: EventTexts): void {
    const index = indexOf(value, at);
    const isLast = 'finish_reason' in value && Boolean(value.finish_reason);
    const choice: Choice = { index, group: String(index), isLast };
    for (const [member, inner] of Object.entries(value)) {
      if (member === 'delta' && typeof inner === 'object' && inner !== null) {
        this.readDelta(inner as object, ['choices', at, 'delta'], choice, texts);
      } else if (member !== 'finish_reason' && member !== 'index' && member !== 'logprobs') {
        for (const text of stringsIn({ [member]: inner as unknown }, ['choices', at], 'assistant')) texts.whole(text);
      }
    }
    if (isLast) texts.complete(choice.group);
  }

  private readDelta(delta: object, path: JsonPath, choice: Choice, texts: EventTexts): void {
    for (const [member, inner] of Object.entries(delta) as [string, unknown][]) {
      if (member === 'role' || inner === null || inner === '') continue;
      const { group, isLast } = choice;
      const role = roles[member] ?? 'assistant';
      if (typeof inner === 'string' && roles[member] !== undefined) {
        const key = `${group}/${member}`;
        this.heed(key, role, choice.index, texts);
        texts.piece({ key, group, role, kind: 'text', path: [...path, member], text: inner, isLast });
      } else if (member === 'tool_calls' && Array.isArray(inner)) {
        for (const [position, call] of inner.entries()) {
          const key = `${group}/${member}/${indexOf(call, position)}`;
          this.readParts(call, [...path, member, position], role, key, choice, texts);
        }
      } else this.readParts({ [member]: inner }, path, role, `${group}/${member}`, choice, texts);
    }
  }

  /** Whatever else brings texts in pieces: calls, lists of parts, what vendors add. */
  private readParts(
    value: unknown,
    path: JsonPath,
    role: TextRole,
    prefix: string,
    { index, group, isLast }: Choice,
    texts: EventTexts,
  ): void {
    this.heed(prefix, role, index, texts);
    for (const string of stringsIn(value, path, role)) {
      const key = prefix + keyWithin(value, string.path, path.length);
      texts.piece({ key, group, role: string.role, kind: string.kind, path: string.path, text: string.text, isLast });
    }
  }

  /** Thoughts are complete when words or calls begin. */
  private heed(key: string, role: TextRole, index: number, texts: EventTexts): void {
    let thoughts = this.thoughts[index];
    if (thoughts === undefined) {
      thoughts = { open: new Set(), hasSpoken: false, areMixed: false };
      this.thoughts[index] = thoughts;
    }
    if (role === 'reasoning') {
      thoughts.areMixed ||= thoughts.hasSpoken;
      if (!thoughts.areMixed) thoughts.open.add(key);
      return;
    }
    thoughts.hasSpoken = true;
    for (const thought of thoughts.open) texts.completeText(thought);
    thoughts.open.clear();
  }
}
