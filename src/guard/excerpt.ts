/** A part of a text that is looked at by itself, while positions count in the text as a whole. */
export interface Excerpt {
  readonly text: string;
  /** Position of its first character. */
  readonly base: number;
}

export function wholeOf(text: string): Excerpt {
  return { text, base: 0 };
}
