/** A text, a list of texts: JSON’s escapes are CEL’s, too. */
export function celText(value: unknown): string {
  return JSON.stringify(value);
}

/** Words that CEL keeps for itself, and that fields may have as names all the same. */
const reserved = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

/** The name of a field as Kubernetes spells it for CEL. */
export function celName(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
