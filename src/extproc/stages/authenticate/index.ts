import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { readCredential } from './credential.ts';
import { sha256OfSecret } from './secret-hash.ts';

export interface AuthenticateOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Who calls. The secret is hashed and the hash looked up: no comparison depends on how much of a secret was right, and
 * unknown, disabled and expired keys read the same to the caller.
 */
export function authenticate({ now }: AuthenticateOptions): Stage {
  return {
    name: 'authenticate',
    requestHeaders(exchange, message) {
      const credential = readCredential(message, exchange.tokenHeaders);
      if (credential.kind === 'unusable') return exchange.reject('invalid_key');
      const { keys, settings } = exchange.program;
      const isAnonymous = credential.kind === 'none';
      // No key has the empty hash, which stands for "nobody".
      const key = keys.get(isAnonymous ? settings.anonymousKey : sha256OfSecret(credential.secret));
      if (key === undefined) return exchange.reject(isAnonymous ? 'missing_key' : 'invalid_key');
      // From here on the access log says whose request it is, also when it is refused.
      exchange.key = key;
      if (!key.isEnabled) return exchange.reject('key_disabled');
      if (key.expiresAtMs <= now()) return exchange.reject('key_expired');
      return verdict.proceed;
    },
  };
}
