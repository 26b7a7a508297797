import { ok } from '../../../../lib/result.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import type { TokenGrant } from '../../token-grant.ts';
import { type BuiltCredential, type CredentialUser, type SpecOf, secretSource, unserved } from './built-credential.ts';
import { readServiceAccount } from './google-key-file.ts';
import { tokenCredential } from './token.ts';

const path = 'spec.gcpCredentials';
const remedy = 'write credentialsFile: {secretRef: {name: …}}';

/** A token of Google for a service account. */
export function gcpCredential(
  policy: BackendSecurityDocument,
  spec: SpecOf<'GCPCredentials'>['gcpCredentials'],
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const { credentialsFile, workloadIdentityFederationConfig } = spec;
  if (workloadIdentityFederationConfig !== undefined) {
    const message = 'no token of somebody else is exchanged for one of Google';
    return unserved(policy, `${path}.workloadIdentityFederationConfig`, message, remedy, context);
  }
  if (credentialsFile === undefined) {
    return unserved(policy, path, 'the identity of a pod or machine is not used', remedy, context);
  }
  const filePath = `${path}.credentialsFile.secretRef`;
  const file = context.resolve(policy, filePath, secretSource(credentialsFile.secretRef, 'service_account.json'));
  if (file === undefined) return undefined;
  const account = context.surroundings.hasStandIns ? ok(standIn) : readServiceAccount(file);
  if (account.ok) return tokenCredential(policy, filePath, account.value, user, context);
  context.reject(policy, filePath, `the key file ${account.error}`, 'write it as Google Cloud hands it out');
  return undefined;
}

/** Where nothing is to be read in secrets. */
const standIn: TokenGrant = { kind: 'googleServiceAccount', tokenUri: '', clientEmail: '', privateKey: '' };
