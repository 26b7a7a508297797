import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import type { KnownToken, TokenGrant } from '../../token-grant.ts';
import { dialectOf } from '../dialect.ts';
import { type BuiltCredential, type CredentialUser, inHeader } from './built-credential.ts';

const place = { header: 'authorization', prefix: 'Bearer ' } as const;

/** An access token, which somebody else gives out and which is another one every hour. */
export function tokenCredential(
  policy: BackendSecurityDocument,
  path: string,
  grant: TokenGrant,
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  if (!isUsed(user)) return { secrets: [], origins: [policy.id] };
  const value = goodNow(policy, path, context.surroundings.token(policy, grant), context);
  return value === undefined ? undefined : inHeader(policy, place, value, user);
}

/** Where nothing is sent, nobody is bothered for a token. */
export function isUsed({ backend }: CredentialUser): boolean {
  return dialectOf(backend) !== undefined;
}

/** What is good now; the status says why there is none, or no newer one. */
export function goodNow<Value>(
  policy: BackendSecurityDocument,
  path: string,
  { value, trouble }: KnownToken<Value>,
  context: BuildContext,
): Value | undefined {
  if (value === undefined) {
    const message = trouble === undefined ? 'gives no token yet: it has been asked for' : `gives no token: ${trouble}`;
    context.reject(policy, path, message, 'nothing is sent to the backend until there is one; it is asked for again');
  } else if (trouble !== undefined) {
    const remedy = 'the last one stays in use until it ends; a newer one is asked for again';
    context.warn(policy, path, `gives no newer token: ${trouble}`, remedy);
  }
  return value;
}
