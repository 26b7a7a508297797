/** The text of a message's content: a string, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(textOfPart).join('');
}

export interface Conversation {
  /** What the user said last, or the tool whose result came after it; what is said back. */
  readonly lastText: string;
  readonly lastSpeaker: Speaker;
  readonly characters: number;
}

export type Speaker = 'user' | 'tool';

/** What one message, or one item of a list, adds to the conversation. */
export interface Turn {
  readonly text: string;
  /** Absent: somebody who is not answered. */
  readonly speaker?: Speaker;
}

/** Undefined when it is no list, or when one of it is not understood. */
export function readConversation(
  messages: unknown,
  read: (message: Readonly<Record<string, unknown>>, index: number) => Turn | undefined,
): Conversation | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return undefined;
  let lastText = '';
  let lastSpeaker: Speaker = 'user';
  let characters = 0;
  for (const [index, message] of messages.entries()) {
    const turn = isRecord(message) ? read(message, index) : undefined;
    if (turn === undefined) return undefined;
    characters += turn.text.length;
    if (turn.speaker !== undefined) ({ text: lastText, speaker: lastSpeaker } = { ...turn, speaker: turn.speaker });
  }
  return { lastText, lastSpeaker, characters };
}

/** A message of somebody with one of the roles; undefined if it is none. */
export function turnOf(message: Readonly<Record<string, unknown>>, roles: ReadonlySet<string>): Turn | undefined {
  const { role, content } = message;
  if (typeof role !== 'string' || !roles.has(role)) return undefined;
  const text = textOf(content);
  if (role === 'user') return { text, speaker: 'user' };
  return role === 'tool' || role === 'function' ? { text, speaker: 'tool' } : { text };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOfPart(part: unknown): string {
  return isRecord(part) && typeof part.text === 'string' ? part.text : '';
}
