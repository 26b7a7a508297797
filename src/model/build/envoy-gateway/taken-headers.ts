const takenPrefixes = ['x-sluice-', 'x-envoy-', 'x-forwarded-'];
const takenHeaders: ReadonlySet<string> = new Set([
  ...['authorization', 'x-api-key', 'api-key', 'proxy-authorization', 'cookie'],
  ...['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te'],
]);

/** It has a meaning to the gateway, which no claim may have: one in the place of a key would make one caller another. */
export function isTaken(header: string): boolean {
  return takenHeaders.has(header) || takenPrefixes.some((prefix) => header.startsWith(prefix));
}
