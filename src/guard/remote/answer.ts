export type Members = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Undefined if it is not JSON. Plain `JSON.parse` is enough here, unlike for bodies that are rewritten: nothing of an
 * answer is sent on as JSON, its size is bounded, every member is checked for its type, and a member that is missing or
 * misspelt makes the answer invalid, never a pass.
 */
export function parseAnswer(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
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
