/** Where a server listens or a client connects: a unix socket or TCP. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** For messages to people. */
export function describeAddress(address: Address): string {
  return 'path' in address ? address.path : `${address.host}:${address.port}`;
}
