/** Tokens of one, about: providers count pixels, seconds and pages, which nobody knows before they are decoded. */
export const mediaTokens = { image: 1_200, audio: 1_000, file: 3_000 } as const;

const kinds: ReadonlyMap<unknown, keyof typeof mediaTokens> = new Map([
  ['image_url', 'image'],
  ['input_image', 'image'],
  ['image', 'image'],
  ['input_audio', 'audio'],
  ['file', 'file'],
  ['input_file', 'file'],
  ['document', 'file'],
]);

/** Tokens of the pictures, sounds and files that a request shows or points to. */
export function mediaPartTokens(json: object): number {
  let tokens = 0;
  for (const list of ['messages' in json ? json.messages : undefined, 'input' in json ? json.input : undefined]) {
    if (Array.isArray(list)) tokens += ofItems(list, 0);
  }
  return tokens;
}

/** Messages, their parts, and the parts within results of tools. */
function ofItems(items: readonly unknown[], depth: number): number {
  let tokens = 0;
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    const kind = 'type' in item ? kinds.get(item.type) : undefined;
    if (kind !== undefined && !isText(item)) tokens += mediaTokens[kind];
    if (depth === 3) continue;
    if ('content' in item && Array.isArray(item.content)) tokens += ofItems(item.content, depth + 1);
    if ('output' in item && Array.isArray(item.output)) tokens += ofItems(item.output, depth + 1);
  }
  return tokens;
}

/** Anthropic's documents may be plain text, which is counted where it stands. */
function isText(part: object): boolean {
  const source = 'source' in part ? part.source : undefined;
  if (typeof source !== 'object' || source === null || !('type' in source)) return false;
  return source.type === 'text' || source.type === 'content';
}
