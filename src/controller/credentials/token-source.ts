import type { TokenGrant } from '../../model/build/token-grant.ts';
import { entraClientSecret } from './entra-client-secret.ts';
import { googleServiceAccount } from './google-service-account.ts';
import type { PostForm } from './post-form.ts';
import type { TokenSource } from './token.ts';

export function tokenSource(grant: TokenGrant, post: PostForm): TokenSource {
  switch (grant.kind) {
    case 'googleServiceAccount':
      return googleServiceAccount(grant, post);
    case 'entraClientSecret':
      return entraClientSecret(grant, post);
  }
}
