/** Gateway API: `*.example.com` covers `a.example.com` and `a.b.example.com`, not `example.com`. `*` covers every host. */
export function coversHost(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  return pattern.startsWith('*.') && name.endsWith(pattern.slice(1)) && name.length >= pattern.length;
}
