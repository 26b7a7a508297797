/** What is said back at most, so that a long prompt stays cheap to answer. */
const longestEcho = 2_000;

const charactersPerToken = 4;

/** Rough, but cheap and the same everywhere: a quarter of the characters. */
export function countTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

export interface Said {
  readonly text: string;
  readonly tokens: number;
  /** The limit ended it, not the end of what there was to say. */
  readonly isCut: boolean;
}

/** What was said is said back. */
export function say(prompt: string, maxTokens: number | undefined, speaker: 'user' | 'tool' = 'user'): Said {
  return cutTo(`${speaker === 'user' ? 'You' : 'The tool'} said: ${clip(prompt, longestEcho)}`, maxTokens);
}

export function cutTo(whole: string, maxTokens: number | undefined): Said {
  const text = maxTokens === undefined ? whole : clip(whole, maxTokens * charactersPerToken);
  return { text, tokens: countTokens(text.length), isCut: text.length < whole.length };
}

/** A chunk per word, each with the space before it: put together they are the text again. */
export function chunksOf(text: string): readonly string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [text];
}

/** JSON in bits that end anywhere: put together they are the text again. */
export function piecesOf(json: string): readonly string[] {
  return json.match(/.{1,8}/gsu) ?? [];
}

/** Cuts between code points: half a surrogate pair is not a character. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}
