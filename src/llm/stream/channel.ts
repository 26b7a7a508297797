import type { TextRole } from '../text/leaf.ts';

/**
 * One text that arrives in pieces, as a caller will put it together. What is given back goes out instead of what came
 * in; `undefined`: nothing goes out any more, the stream ends here.
 */
export interface ChannelText {
  push(text: string): string | undefined;
  /** The text is complete: what was held back until now. Called once. */
  end(): string | undefined;
  /** Once nothing goes out any more: what stood before the place where it ended. Absent: nothing. */
  readonly last?: string;
}

/** `field`: the name that a tool's argument has. */
export type OpenChannel = (role: TextRole, field?: string) => ChannelText;
