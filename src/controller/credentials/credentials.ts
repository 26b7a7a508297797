import type { AwsRole, TokenGrant } from '../../model/build/token-grant.ts';
import type { AwsKeyPair } from '../../model/secret.ts';
import { awsRole } from './aws-role.ts';
import type { AskEndpoint } from './endpoint.ts';
import { tokenSource } from './token-source.ts';
import { createTokens, type Tokens } from './tokens.ts';

/** All that others give out for a while. */
export interface Credentials {
  readonly tokens: Tokens<TokenGrant>;
  readonly awsKeys: Tokens<AwsRole, AwsKeyPair>;
}

export function createCredentials(ask: AskEndpoint, onChange: () => void): Credentials {
  return {
    tokens: createTokens({ source: (grant: TokenGrant) => tokenSource(grant, ask), onChange }),
    awsKeys: createTokens({ source: (role: AwsRole) => awsRole(role, ask), onChange }),
  };
}
