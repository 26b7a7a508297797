/** Decides by name. Compiled once, asked per request. */
export interface NameMatcher {
  matches(name: string): boolean;
}

/** Matches when any of the patterns does. A pattern is a name in which `*` stands for any text, slashes included. */
export function compileNames(patterns: readonly string[]): NameMatcher {
  const exact = new Set(patterns.filter((pattern) => !isGlob(pattern)));
  const globs = patterns.filter(isGlob).map((pattern) => pattern.split('*'));
  return {
    matches(name) {
      if (exact.has(name)) return true;
      for (const parts of globs) if (matchesParts(parts, name)) return true;
      return false;
    },
  };
}

export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

/**
 * Each part at its first place behind the one before, the last one at the end. Unlike a regular expression it takes
 * linear time on any pattern, since names come from callers.
 */
function matchesParts(parts: readonly string[], name: string): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] ?? '';
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
