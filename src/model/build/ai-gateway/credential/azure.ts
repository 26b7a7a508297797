import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import { type BuiltCredential, type CredentialUser, type SpecOf, secretSource } from './built-credential.ts';
import { oidcClient } from './oidc-client.ts';
import { tokenCredential } from './token.ts';

const path = 'spec.azureCredentials';

/** A token of Microsoft Entra for an application that has a secret, or that trusts an issuer. */
export function azureCredential(
  policy: BackendSecurityDocument,
  spec: SpecOf<'AzureCredentials'>['azureCredentials'],
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const { clientID: clientId, tenantID: tenant, clientSecretRef, oidcExchangeToken } = spec;
  // It becomes a part of the address that the secret is sent to.
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(tenant)) {
    context.reject(policy, `${path}.tenantID`, 'is no tenant', 'write its id, or one of its domains');
    return undefined;
  }
  if (oidcExchangeToken !== undefined) {
    const exchangePath = `${path}.oidcExchangeToken`;
    const client = oidcClient(policy, exchangePath, oidcExchangeToken, context);
    if (client === undefined) return undefined;
    return tokenCredential(policy, exchangePath, { kind: 'entraFederation', tenant, clientId, client }, user, context);
  }
  if (clientSecretRef === undefined) return undefined;
  const secretPath = `${path}.clientSecretRef`;
  const clientSecret = context.resolve(policy, secretPath, secretSource(clientSecretRef, 'client-secret'))?.trim();
  if (clientSecret === undefined) return undefined;
  return tokenCredential(
    policy,
    secretPath,
    { kind: 'entraClientSecret', tenant, clientId, clientSecret },
    user,
    context,
  );
}
