/** Something per host name. */
export interface HostTable<T> {
  readonly exact: ReadonlyMap<string, T>;
  /** By what follows the `*`, with its dot. */
  readonly wildcards: ReadonlyMap<string, T>;
  readonly anyHost: T | undefined;
}

/** In the place of a host name. */
export const anyHost = '';

/** By host names, `*.` wildcards and `anyHost`. */
export function hostTable<T>(groups: ReadonlyMap<string, T>): HostTable<T> {
  const exact = new Map<string, T>();
  const wildcards = new Map<string, T>();
  for (const [hostname, value] of groups) {
    if (hostname === anyHost) continue;
    if (hostname.startsWith('*.')) wildcards.set(hostname.slice(1), value);
    else exact.set(hostname, value);
  }
  return { exact, wildcards, anyHost: groups.get(anyHost) };
}

/**
 * What `visit` makes of the most specific value that it makes something of: the host itself, then the longest wildcard,
 * then any host.
 */
export function firstForHost<T, R>(
  table: HostTable<T>,
  authority: string,
  visit: (value: T) => R | undefined,
): R | undefined {
  const host = hostOf(authority);
  const own = table.exact.get(host);
  const found = own === undefined ? undefined : visit(own);
  if (found !== undefined) return found;
  for (let dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
    const wildcard = table.wildcards.get(host.slice(dot));
    const below = wildcard === undefined ? undefined : visit(wildcard);
    if (below !== undefined) return below;
  }
  return table.anyHost === undefined ? undefined : visit(table.anyHost);
}

/** RFC 9110 section 7.2: without port, and letters have no case. */
function hostOf(authority: string): string {
  const port = authority.lastIndexOf(':');
  const host = port > authority.lastIndexOf(']') ? authority.slice(0, port) : authority;
  return host.toLowerCase();
}
