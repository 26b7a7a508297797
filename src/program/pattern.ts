import { RE2JS } from 're2js';
import { isGlob, type NameMatcher } from './glob.ts';

/** Matches the whole text, in linear time. Undefined: it is not RE2. */
export function compilePattern(pattern: string): NameMatcher | undefined {
  try {
    const expression = RE2JS.compile(pattern);
    return { matches: (text) => expression.testExact(text) };
  } catch {
    return undefined;
  }
}

/** A name with `*` globs as RE2. */
export function globPattern(name: string): string {
  return isGlob(name)
    ? `(?s:${name
        .split('*')
        .map((part) => RE2JS.quote(part))
        .join('.*')})`
    : RE2JS.quote(name);
}
