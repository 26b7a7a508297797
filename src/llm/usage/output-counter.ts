import { firstByteOf, textPairWeights } from '../estimate/weights.ts';

const blank = 0x20;

/**
 * Counts the tokens of what a model has written, text by text. Cheap enough for every piece of every stream; what the
 * provider keeps to itself, such as hidden reasoning, is not in it.
 */
export class OutputCounter {
  private hundredths = 0;
  private before = blank;
  private length = 0;

  /** Goes on where the last one ended: how a text is cut into pieces makes no difference. */
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
}
