import type { Incoming } from '../../wire/incoming.ts';

/** Headers in which callers send their key. None of them leaves towards a provider. */
const credentialHeaders = ['authorization', 'x-api-key', 'api-key'] as const;

export type Credential =
  | { readonly kind: 'none' }
  /** Of another scheme, of impossible length, or several that differ. */
  | { readonly kind: 'unusable' }
  | { readonly kind: 'secret'; readonly secret: string };

const none: Credential = { kind: 'none' };
const unusable: Credential = { kind: 'unusable' };

/** Nobody's key is longer; hashing what is would only be work for an attacker to give us. */
const longestSecret = 1024;

// RFC 9110 section 11.1: the scheme is case-insensitive.
const bearer = /^bearer +(\S+) *$/i;

/**
 * The one credential of a request. Different ones are refused instead of choosing: the next hop might choose
 * otherwise, and then two parties disagree about who is calling. The same one twice is what some clients send. `taken`:
 * headers that hold something else.
 */
export function readCredential(message: Incoming, taken: readonly string[] = []): Credential {
  const shown = (name: (typeof credentialHeaders)[number]): string | undefined =>
    taken.includes(name) ? undefined : message.header(name);
  let secret: string | undefined;
  const authorization = shown('authorization');
  if (authorization !== undefined) {
    secret = bearer.exec(authorization)?.[1];
    if (secret === undefined) return unusable;
  }
  const anthropicKey = shown('x-api-key');
  if (anthropicKey !== undefined) {
    if (secret !== undefined && secret !== anthropicKey) return unusable;
    secret = anthropicKey;
  }
  const azureKey = shown('api-key');
  if (azureKey !== undefined) {
    if (secret !== undefined && secret !== azureKey) return unusable;
    secret = azureKey;
  }
  if (secret === undefined) return none;
  return secret.length === 0 || secret.length > longestSecret ? unusable : { kind: 'secret', secret };
}
