/** A pattern of JSON Schema (ECMAScript) as an API server reads it (RE2): without look-around, escapes in its spelling. */
export function re2Pattern(pattern: string, path: string): string {
  if (/\(\?[=!<]/.test(pattern)) throw new Error(`${path}: RE2 has no look-around; note a pattern and a rule instead`);
  return pattern.replaceAll(/\\u([0-9a-fA-F]{4})/g, '\\x{$1}');
}
