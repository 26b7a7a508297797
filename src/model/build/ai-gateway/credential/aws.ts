import type { Address } from '../../../provider.ts';
import type { Secret } from '../../../secret.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import { memo } from '../../memo.ts';
import { keyOfFile, keyOfRole } from './aws-key.ts';
import { type BuiltCredential, type CredentialUser, type SpecOf, secretName, unserved } from './built-credential.ts';
import { isUsed } from './token.ts';

const path = 'spec.awsCredentials';

/** A key that requests are signed with. */
export function awsCredential(
  policy: BackendSecurityDocument,
  spec: SpecOf<'AWSCredentials'>['awsCredentials'],
  user: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const { region, credentialsFile, oidcExchangeToken } = spec;
  const { backend, location, cluster } = user;
  if (credentialsFile === undefined && oidcExchangeToken === undefined) {
    const remedy = 'write credentialsFile: {secretRef: {name: …}}, or oidcExchangeToken for a role';
    return unserved(policy, path, 'the identity of a pod or machine is not used', remedy, context);
  }
  const hosts = new Set(location.addresses.map(({ hostname, host }) => hostname ?? host));
  if (hosts.size > 1) {
    const message = 'a signature is for one host name, and the backend has several';
    return unserved(policy, path, message, 'make them backends of their own', context);
  }
  if (credentialsFile !== undefined && oidcExchangeToken !== undefined) {
    const message = 'is not used: credentialsFile is given, too, and goes before it';
    context.warn(policy, `${path}.oidcExchangeToken`, message, 'remove one of them');
  }
  if (credentialsFile === undefined && !isUsed(user)) return { secrets: [], origins: [policy.id] };
  const key =
    credentialsFile !== undefined
      ? keyOfFile(policy, credentialsFile, context)
      : oidcExchangeToken && keyOfRole(policy, oidcExchangeToken, region, context);
  if (key === undefined) return undefined;
  const [address] = location.addresses;
  const scope = scopeOf(address);
  if (scope.region !== undefined && scope.region !== region) {
    const message = `is ${region}, but the backend is in ${scope.region}, which requests are signed for`;
    context.warn(policy, `${path}.region`, message, `write ${scope.region}`);
  }
  const name = secretName(cluster);
  const signature = [name, ...Object.values(key)].join(' ');
  const secret = memo(backend, 'credential', signature, (): Secret => ({ name, kind: 'awsKey', ...key }));
  return {
    credential: { service: scope.service, region: scope.region ?? region, secret: name },
    secrets: [secret],
    origins: [policy.id],
  };
}

/** What the name of a public endpoint says of itself. A signature for anything else is refused there. */
function scopeOf({ hostname, host }: Address): { readonly service: string; readonly region?: string } {
  const name = /(?:^|\.)(?<service>bedrock-runtime|bedrock-mantle)(?:-fips)?\.(?<region>[a-z0-9-]+)\./;
  const found = name.exec(hostname ?? host)?.groups;
  const service = found?.service === 'bedrock-mantle' ? 'bedrock-mantle' : 'bedrock';
  return { service, ...(found?.region !== undefined && { region: found.region }) };
}
