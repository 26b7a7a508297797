export type Members = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Undefined if it is not JSON, or spells names of members with escapes: `JSON.parse` of V8 may take such a name for
 * another one, and findings would be overlooked. No service writes them so, but for slashes, which stand only in names
 * that an answer cannot do without.
 */
export function parseAnswer(body: Uint8Array): unknown {
  try {
    const text = decoder.decode(body);
    const answer: unknown = JSON.parse(text);
    return hasEscapedName(text) ? undefined : answer;
  } catch {
    return undefined;
  }
}

/** Of valid JSON. */
function hasEscapedName(text: string): boolean {
  if (!text.includes('\\')) return false;
  for (let start = text.indexOf('"'); start >= 0; ) {
    let isEscaped = false;
    let at = start + 1;
    for (; text.charAt(at) !== '"'; at++) {
      if (text.charAt(at) !== '\\') continue;
      at++;
      isEscaped ||= text.charAt(at) !== '/';
    }
    for (at++; isBlank(text.charCodeAt(at)); ) at++;
    if (isEscaped && text.charAt(at) === ':') return true;
    start = text.indexOf('"', at);
  }
  return false;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

export function members(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

/** Own members only: `constructor` is not an answer. */
export function member(value: Members, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A service's word for a kind of finding. It goes into records, so a piece of a text must not get through as one. */
export function word(value: unknown, otherwise: string): string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9 _./-]{0,63}$/.test(value) ? value : otherwise;
}
