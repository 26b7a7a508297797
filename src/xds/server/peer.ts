import { X509Certificate } from 'node:crypto';
import type { ServerUnaryCall } from '@grpc/grpc-js';

/** Who a client's verified certificate says it is. */
export interface Peer {
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

/** Of the certificate that the caller has shown, if it has shown one and it was verified. */
export function callerOf(call: Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>): Peer | undefined {
  const shown = call.getAuthContext().sslPeerCertificate;
  return shown && peerOf(shown.raw);
}

/** From the certificate as it came over the wire; only of one that was verified. */
export function peerOf(der: Buffer): Peer {
  const names = alternativeNames(new X509Certificate(der).subjectAltName ?? '');
  return {
    uris: names.flatMap(([type, value]) => (type === 'URI' ? [value] : [])),
    dnsNames: names.flatMap(([type, value]) => (type === 'DNS' ? [value] : [])),
  };
}

/**
 * Node gives the names as one text and puts those with a comma or a quote in them into JSON strings. A split at commas
 * would read an identity into a name such as `a, URI:spiffe://…`, which anyone may ask an authority for.
 */
const name = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

export function alternativeNames(text: string): readonly (readonly [type: string, value: string])[] {
  const names: (readonly [string, string])[] = [];
  name.lastIndex = 0;
  while (name.lastIndex < text.length) {
    const match = name.exec(text);
    // What cannot be read proves nothing about anybody.
    if (match?.[1] === undefined || match[2] === undefined) return [];
    const value = match[2].startsWith('"') ? quoted(match[2]) : match[2];
    if (value === undefined) return [];
    names.push([match[1], value]);
  }
  return names;
}

function quoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
