import { createPrivateKey, sign } from 'node:crypto';
import type { GoogleServiceAccount } from '../../model/build/token-grant.ts';
import type { AskEndpoint } from './endpoint.ts';
import { cloudPlatform } from './google-scope.ts';
import type { TokenSource } from './token.ts';
import { readTokenAnswer } from './token-answer.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The longest that Google takes. */
const assertionSeconds = 3_600;
/** Clocks differ: an assertion from the future is refused. */
const skewSeconds = 30;

/** Exchanges an assertion, signed with the account's key, for a token (RFC 7523 section 2.1). */
export function googleServiceAccount(
  { tokenUri, clientEmail, privateKeyId, privateKey }: GoogleServiceAccount,
  ask: AskEndpoint,
  now: () => number = Date.now,
): TokenSource {
  return async (signal) => {
    const issuedAt = Math.floor(now() / 1_000) - skewSeconds;
    const signed = [
      { alg: 'RS256', typ: 'JWT', ...(privateKeyId !== undefined && { kid: privateKeyId }) },
      { iss: clientEmail, scope: cloudPlatform, aud: tokenUri, iat: issuedAt, exp: issuedAt + assertionSeconds },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(privateKey)).toString('base64url');
    const assertion = `${signed}.${signature}`;
    const form = new URLSearchParams({ grant_type: grantType, assertion });
    const answer = await ask({ url: tokenUri, form }, signal);
    const { host } = new URL(tokenUri);
    if (!answer.ok) return { ok: false, error: `${host}: ${answer.error}` };
    return readTokenAnswer(host, answer.value, [assertion, signature]);
  };
}
