import { ok } from '../../../../lib/result.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import type { TokenGrant } from '../../token-grant.ts';
import { type BuiltCredential, type CredentialUser, type SpecOf, secretSource, unserved } from './built-credential.ts';
import { readServiceAccount } from './google-key-file.ts';
import { oidcClient } from './oidc-client.ts';
import { tokenCredential } from './token.ts';

type Federation = NonNullable<SpecOf<'GCPCredentials'>['gcpCredentials']['workloadIdentityFederationConfig']>;

const path = 'spec.gcpCredentials';

/** A token of Google for a service account, or for the token of an issuer. */
export function gcpCredential(
  policy: BackendSecurityDocument,
  spec: SpecOf<'GCPCredentials'>['gcpCredentials'],
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const { credentialsFile, workloadIdentityFederationConfig } = spec;
  warnOfOtherRegion(policy, spec.region, user, context);
  if (workloadIdentityFederationConfig !== undefined) {
    return federated(policy, workloadIdentityFederationConfig, spec.projectName, user, context);
  }
  if (credentialsFile === undefined) {
    const remedy = 'write credentialsFile: {secretRef: {name: …}}, or workloadIdentityFederationConfig';
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

/** In the OpenAI-compatible API the path says where requests go. */
function warnOfOtherRegion(
  policy: BackendSecurityDocument,
  region: string,
  { backend }: CredentialUser,
  context: BuildContext,
): void {
  const asked = /\/locations\/([^/]+)/.exec(backend.spec.schema.prefix ?? '')?.[1];
  if (asked === undefined || asked === region) return;
  const message = `is ${region}, but the prefix of ${backend.name} leads to ${asked}, where requests go`;
  context.warn(policy, `${path}.region`, message, `write ${asked}, or another prefix`);
}

function federated(
  policy: BackendSecurityDocument,
  federation: Federation,
  project: string,
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const federationPath = `${path}.workloadIdentityFederationConfig`;
  const { projectID, workloadIdentityPoolName: pool, workloadIdentityProviderName: provider } = federation;
  const client = oidcClient(policy, `${federationPath}.oidcExchangeToken`, federation.oidcExchangeToken, context);
  if (client === undefined) return undefined;
  const account = federation.serviceAccountImpersonation?.serviceAccountName;
  const grant: TokenGrant = {
    kind: 'googleFederation',
    audience: `//iam.googleapis.com/projects/${projectID}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`,
    // The account is one of the project whose models are asked, as Envoy AI Gateway has it.
    ...(account !== undefined && { serviceAccount: `${account}@${project}.iam.gserviceaccount.com` }),
    client,
  };
  return tokenCredential(policy, federationPath, grant, user, context);
}

/** Where nothing is to be read in secrets. */
const standIn: TokenGrant = { kind: 'googleServiceAccount', tokenUri: '', clientEmail: '', privateKey: '' };
