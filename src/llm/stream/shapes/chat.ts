import type { JsonPath, TextRole } from '../../text/leaf.ts';
import { answerStrings } from '../../text/response.ts';
import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';
import { choiceChunk } from './choice-chunk.ts';
import { isClosing } from './is-closing.ts';
import { indexOf, keyWithin } from './key-within.ts';

/** Texts of one choice that callers show one after the other. */
interface Turn {
  current: string;
  readonly past: Set<string>;
  /** A text came back after another one: none is complete before its choice is. */
  isMixed: boolean;
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
  tool_calls: 'toolInput',
  function_call: 'toolInput',
};

/** `chat.completion.chunk` */
export class ChatShape implements StreamShape {
  readonly isRepeating = false;
  private readonly turns: (Turn | undefined)[] = [];

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
        this.turnTo(key, choice.index, texts);
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
    this.turnTo(prefix, index, texts);
    for (const string of stringsIn(value, path, role)) {
      const key = prefix + keyWithin(value, string.path, path.length);
      texts.piece({ key, group, role: string.role, kind: string.kind, path: string.path, text: string.text, isLast });
    }
  }

  private turnTo(key: string, index: number, texts: EventTexts): void {
    let turn = this.turns[index];
    if (turn === undefined) {
      turn = { current: key, past: new Set(), isMixed: false };
      this.turns[index] = turn;
    }
    if (turn.current === key) return;
    if (turn.past.has(key)) turn.isMixed = true;
    // The strings in arguments are complete at their closing quotes, and calls may take turns.
    if (!turn.isMixed) texts.completeText(turn.current, 'text');
    turn.past.add(turn.current);
    turn.current = key;
  }
}
