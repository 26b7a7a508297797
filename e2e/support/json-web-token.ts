import { generateKeyPairSync, sign } from 'node:crypto';

/** Somebody who gives out tokens (RFC 7519) that are signed with RS256. */
export interface TokenIssuer {
  /** The key to check them with, as a JSON Web Key Set (RFC 7517). */
  readonly keySet: string;
  /** A token that is good for an hour, unless the claims say otherwise. */
  token(claims: Readonly<Record<string, unknown>>): string;
}

export function tokenIssuer(): TokenIssuer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
  return {
    keySet: JSON.stringify({ keys: [jwk] }),
    token: (claims) => {
      const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
      const signed = [
        { alg: 'RS256', typ: 'JWT', kid: 'one' },
        { exp: inAnHour, ...claims },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}
