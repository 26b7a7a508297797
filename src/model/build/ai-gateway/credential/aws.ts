import { ok } from '../../../../lib/result.ts';
import type { Address } from '../../../provider.ts';
import type { Secret } from '../../../secret.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import { memo } from '../../memo.ts';
import { readAwsKey } from './aws-key-file.ts';
import {
  type BuiltCredential,
  type CredentialUser,
  type SpecOf,
  secretName,
  secretSource,
  unserved,
} from './built-credential.ts';

const path = 'spec.awsCredentials';
const remedy = 'write credentialsFile: {secretRef: {name: …}}';

/** A key that requests are signed with. */
export function awsCredential(
  policy: BackendSecurityDocument,
  spec: SpecOf<'AWSCredentials'>['awsCredentials'],
  { backend, location, cluster }: CredentialUser,
  context: BuildContext,
): BuiltCredential | undefined {
  const { region, credentialsFile, oidcExchangeToken } = spec;
  if (oidcExchangeToken !== undefined) {
    const message = 'no token is exchanged for a role of AWS';
    return unserved(policy, `${path}.oidcExchangeToken`, message, remedy, context);
  }
  if (credentialsFile === undefined) {
    return unserved(policy, path, 'the identity of a pod or machine is not used', remedy, context);
  }
  const { secretRef, profile } = credentialsFile;
  const filePath = `${path}.credentialsFile.secretRef`;
  const file = context.resolve(policy, filePath, secretSource(secretRef, 'credentials'));
  if (file === undefined) return undefined;
  const key = context.surroundings.hasStandIns ? ok(standIn) : readAwsKey(file, profile);
  if (!key.ok) {
    context.reject(policy, filePath, `the credentials file ${key.error}`, 'write it as the tools of AWS do');
    return undefined;
  }
  const hosts = new Set(location.addresses.map(({ hostname, host }) => hostname ?? host));
  if (hosts.size > 1) {
    const message = 'a signature is for one host name, and the backend has several';
    return unserved(policy, path, message, 'make them backends of their own', context);
  }
  const [address] = location.addresses;
  const scope = scopeOf(address);
  if (scope.region !== undefined && scope.region !== region) {
    const message = `is ${region}, but the backend is in ${scope.region}, which requests are signed for`;
    context.warn(policy, `${path}.region`, message, `write ${scope.region}`);
  }
  const name = secretName(cluster);
  const signature = [name, ...Object.values(key.value)].join(' ');
  const secret = memo(backend, 'credential', signature, (): Secret => ({ name, kind: 'awsKey', ...key.value }));
  return {
    credential: { service: scope.service, region: scope.region ?? region, secret: name },
    secrets: [secret],
    origins: [policy.id],
  };
}

/** Where nothing is to be read in secrets. */
const standIn = { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' };

/** What the name of a public endpoint says of itself. A signature for anything else is refused there. */
function scopeOf({ hostname, host }: Address): { readonly service: string; readonly region?: string } {
  const name = /(?:^|\.)(?<service>bedrock-runtime|bedrock-mantle)(?:-fips)?\.(?<region>[a-z0-9-]+)\./;
  const found = name.exec(hostname ?? host)?.groups;
  const service = found?.service === 'bedrock-mantle' ? 'bedrock-mantle' : 'bedrock';
  return { service, ...(found?.region !== undefined && { region: found.region }) };
}
