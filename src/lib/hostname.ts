/** Gateway API: `*.example.com` covers `a.example.com` and `a.b.example.com`, not `example.com`. `*` covers every host. */
export function coversHost(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  return pattern.startsWith('*.') && name.endsWith(pattern.slice(1)) && name.length >= pattern.length;
}

/**
 * How closely a name that covers a host is about it: the host itself most of all, even where a wildcard is as long
 * (`*.example.com` and `a.example.com`), then the longer of two wildcards.
 */
export function closeness(pattern: string, name: string): number {
  return pattern === name ? Number.MAX_SAFE_INTEGER : pattern.length;
}
