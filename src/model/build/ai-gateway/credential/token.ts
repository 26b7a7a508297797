import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import type { TokenGrant } from '../../token-grant.ts';
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
  // Nothing is sent there, so nobody is bothered for a token.
  if (dialectOf(user.backend) === undefined) return { secrets: [], origins: [policy.id] };
  const { value, trouble } = context.surroundings.token(policy, grant);
  if (value === undefined) {
    const message = trouble === undefined ? 'gives no token yet: it has been asked for' : `gives no token: ${trouble}`;
    context.reject(policy, path, message, 'nothing is sent to the backend until there is one; it is asked for again');
    return undefined;
  }
  if (trouble !== undefined) {
    const remedy = 'the last one stays in use until it ends; a newer one is asked for again';
    context.warn(policy, path, `gives no newer token: ${trouble}`, remedy);
  }
  return inHeader(policy, place, value, user);
}
