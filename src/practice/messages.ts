/** The text of a message's content: a string, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map(textOfPart).join('');
}

export interface Conversation {
  /** What the caller said last; what is said back. */
  readonly lastText: string;
  readonly characters: number;
}

/** Undefined when it is no list of messages, each with a role out of `roles`. */
export function readConversation(messages: unknown, roles: ReadonlySet<string>): Conversation | undefined {
  if (!Array.isArray(messages) || messages.length === 0) return undefined;
  let lastText = '';
  let characters = 0;
  for (const message of messages as readonly unknown[]) {
    if (!isRecord(message) || typeof message.role !== 'string' || !roles.has(message.role)) return undefined;
    const text = textOf(message.content);
    characters += text.length;
    if (message.role === 'user') lastText = text;
  }
  return { lastText, characters };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOfPart(part: unknown): string {
  return isRecord(part) && typeof part.text === 'string' ? part.text : '';
}
