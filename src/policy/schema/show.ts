import { redactText } from '../../lib/redact.ts';
import { visible } from '../../lib/visible.ts';

const longest = 60;

/**
 * A bad value as messages repeat it: recognisable, on one line, bounded. Not for places where a secret is likely; what
 * looks like one is masked all the same.
 */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return shorten(visible(redactText(JSON.stringify(value))));
}

/** What kind of value it is, for places where the value itself must not be repeated. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

export function shorten(text: string): string {
  const characters = [...text.slice(0, 4 * longest)];
  return characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join('');
}

/** `a, b or c` */
export function choices(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
