import type { Attempt } from './attempt.ts';
import type { HexLead, Lead } from './lead.ts';

/** What a kind of value recognised at a position, before context and the policy's wishes. */
export interface Match {
  /** Excluded. */
  readonly end: number;
  /** Of the form, or 1 where a validator confirmed it. */
  readonly score: number;
  readonly validator: string | undefined;
  /** It counts only behind one of the words of its context. */
  readonly needsContext: boolean;
}

/** Where a match can begin: what brings the search there. */
export type Trigger =
  /** A word with a digit, or a sign or month name before one. */
  | 'digit'
  | 'at-sign'
  | 'scheme'
  /** Groups of hexadecimal digits apart by colons or hyphens. */
  | 'hex-groups';

/** Recognises one entity whose values are more than a number in one of a few forms. */
export interface Matcher {
  readonly entity: string;
  readonly trigger: Trigger;
  /** Whether a match can begin with this character; asked for ASCII only, all others are tried if `beginsForeign`. */
  readonly begins: (code: number) => boolean;
  readonly beginsForeign?: boolean;
  /** Whether a match can begin like this, when it begins with a letter or digit; undefined: as it likes. */
  readonly beginsLike?: (lead: Lead) => boolean;
  /** The same for groups of hexadecimal digits. */
  readonly beginsLikeHex?: (lead: HexLead) => boolean;
  /**
   * Longest match together with what must be seen behind it, and the farthest that its first digit, `@` or `://` can lie
   * behind its start.
   */
  readonly reach: number;
  match(attempt: Attempt, start: number): Match | undefined;
}
