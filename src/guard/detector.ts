/** Something that a detector recognised. Positions are UTF-16 indices into the text that was scanned. */
export interface Finding {
  readonly start: number;
  /** Excluded. */
  readonly end: number;
  /** What it is: `CREDIT_CARD`, `aws-access-key-id`, the name of a keyword list or of a pattern. */
  readonly entity: string;
  /** 0 to 1. */
  readonly score: number;
  /** What confirmed it (`luhn`, `mod-97`, `entropy`, …); undefined: its form alone. */
  readonly validator: string | undefined;
}

export type Report = (finding: Finding) => void;

/**
 * What is known of a stream from the last time it was held, so that the same characters are not searched again with each
 * piece. Kept by whoever holds the stream; `hold` reads and writes it, and works the same without.
 */
export interface Trail {
  /** Position in the text: what begins before it cannot lead to a finding that is not decided yet. */
  quiet: number;
  /** Written by `hold`, which need not: there is no finding between `from` and where it holds, and nothing to scan for. */
  isClear: boolean;
}

/**
 * Recognises one family of things in a text. Stateless and synchronous: the same text gives the same findings.
 *
 * A stream is scanned piece by piece, and the result must be that of the whole text. Hence `hold`: let `t` be any prefix
 * of a text `T`, and `h = hold(t, from)`. Then the findings in `T` that start before `h` are exactly the findings in `t`
 * that start before `h`, and all of these end at or before `h`. It should be as large as possible: everything before it
 * goes out to the caller at once.
 */
export interface Detector {
  /**
   * `whole`: judges a text as one (a score over all of it), so that a stream is judged in windows or when it is
   * complete. `hold` of such a detector holds nothing back.
   */
  readonly streaming: 'incremental' | 'whole';
  /** How many characters before a finding its decision may look at: context words, boundaries. */
  readonly leftContext: number;
  /** Where `leftContext` characters are not always enough: from where on a text is needed to go on at `at`. */
  readonly contextStart?: (text: string, at: number) => number;
  /** Longest finding together with what must be seen behind it. Where a kind has no end, the bound at which it is cut. */
  readonly reach: number;
  /**
   * Reports the findings that start at or behind `from`. What stands before `from` is context: at least `leftContext`
   * characters and one at least, or the beginning of the text. `field`: name of the JSON member that holds the text, as
   * if it stood before it: it matters to what `leftContext` allows to see it, and not when the beginning is not there.
   */
  scan(text: string, from: number, report: Report, field?: string, trail?: Trail): void;
  /** Everything before this position is decided, whatever text follows; `text.length`: all of it. */
  hold(text: string, from: number, field?: string, trail?: Trail): number;
}
