import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import type { OidcClient } from '../../token-grant.ts';
import { type SpecOf, secretSource } from './built-credential.ts';

type Exchange = NonNullable<SpecOf<'AzureCredentials'>['azureCredentials']['oidcExchangeToken']>;

/** Who asks an issuer for the token that is exchanged. Nothing after saying what is wrong. */
export function oidcClient(
  policy: BackendSecurityDocument,
  path: string,
  { oidc, grantType, aud }: Exchange,
  context: BuildContext,
): OidcClient | undefined {
  const { provider, clientID, clientIDRef, clientSecret: secretRef, scopes, resources } = oidc;
  const addresses = { issuer: provider.issuer, tokenEndpoint: provider.tokenEndpoint };
  for (const [name, address] of Object.entries(addresses)) {
    if (address === undefined || isAddress(address)) continue;
    const remedy = 'write an address such as https://login.example.com';
    context.reject(policy, `${path}.oidc.provider.${name}`, 'is no address of https', remedy);
    return undefined;
  }
  if (grantType !== undefined && grantType !== 'client_credentials') {
    const message = 'is not served: the controller shows the secret of a client, and nothing else';
    context.reject(policy, `${path}.grantType`, message, 'remove it, or write client_credentials', 'UnsupportedValue');
    return undefined;
  }
  const idPath = `${path}.oidc.clientIDRef`;
  const clientId =
    clientIDRef === undefined
      ? clientID
      : context.resolve(policy, idPath, secretSource(clientIDRef, 'client-id'))?.trim();
  const secretPath = `${path}.oidc.clientSecret`;
  const clientSecret = context.resolve(policy, secretPath, secretSource(secretRef, 'client-secret'))?.trim();
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return {
    issuer: provider.issuer,
    ...(provider.tokenEndpoint !== undefined && { tokenEndpoint: provider.tokenEndpoint }),
    clientId,
    clientSecret,
    scopes,
    resources,
    ...(aud !== undefined && { audience: aud }),
  };
}

/** Of somebody who may be shown a secret. */
function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
}
