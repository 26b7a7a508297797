import { firstByteOf, textPairWeights } from '../estimate/weights.ts';
import { isObject } from './figures.ts';

const blank = 0x20;

/** Members of deltas that a model has written, and that are charged as output. */
const written: ReadonlySet<string> = new Set([
  ...['content', 'text', 'refusal', 'reasoning', 'reasoning_content', 'thinking', 'partial_json', 'arguments', 'name'],
]);

/**
 * Counts what a stream has brought so far, for the case that it breaks off before it says what it used. Cheap enough for
 * every event of every stream; what the provider keeps to itself, such as hidden reasoning, is not in it.
 */
export class OutputCounter {
  private hundredths = 0;
  private before = blank;
  private length = 0;

  /** The data of an event, parsed: of a chat, completions, responses or messages. */
  event(value: unknown): void {
    if (!isObject(value)) return;
    if (Array.isArray(value.choices)) {
      for (const choice of value.choices as unknown[]) {
        if (!isObject(choice)) continue;
        if (isObject(choice.delta)) this.part(choice.delta, 0);
        if (typeof choice.text === 'string') this.text(choice.text);
      }
      return;
    }
    // Of responses: `….delta` brings the text itself; all else repeats it.
    if (typeof value.delta === 'string') this.text(value.delta);
    else if (isObject(value.delta)) this.part(value.delta, 0);
  }

  text(text: string): void {
    let { before, hundredths } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      // The second half of a pair belongs to the character that the first one began.
      if (code >= 0xdc00 && code <= 0xdfff) continue;
      const byte = firstByteOf(code);
      hundredths += textPairWeights[(byte << 8) | before] ?? 0;
      before = byte;
    }
    this.before = before;
    this.hundredths = hundredths;
    this.length += text.length;
  }

  get tokens(): number {
    return this.length === 0 ? 0 : Math.max(1, Math.round(this.hundredths / 100));
  }

  private part(part: Readonly<Record<string, unknown>>, depth: number): void {
    for (const name in part) {
      const value = part[name];
      if (typeof value === 'string') {
        if (written.has(name)) this.text(value);
      } else if (depth < 4 && typeof value === 'object' && value !== null) {
        if (!Array.isArray(value)) this.part(value as Readonly<Record<string, unknown>>, depth + 1);
        else for (const item of value as unknown[]) if (isObject(item)) this.part(item, depth + 1);
      }
    }
  }
}
