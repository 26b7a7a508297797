import { ok } from '../../../../lib/result.ts';
import type { AwsKeyPair } from '../../../secret.ts';
import type { BuildContext } from '../../context.ts';
import type { BackendSecurityDocument } from '../../documents.ts';
import { readAwsKey } from './aws-key-file.ts';
import { type SpecOf, secretSource } from './built-credential.ts';
import { oidcClient } from './oidc-client.ts';
import { goodNow } from './token.ts';

type Spec = SpecOf<'AWSCredentials'>['awsCredentials'];

const path = 'spec.awsCredentials';

/** The key of a file. Nothing after saying why there is none. */
export function keyOfFile(
  policy: BackendSecurityDocument,
  { secretRef, profile }: NonNullable<Spec['credentialsFile']>,
  context: BuildContext,
): AwsKeyPair | undefined {
  const filePath = `${path}.credentialsFile.secretRef`;
  const file = context.resolve(policy, filePath, secretSource(secretRef, 'credentials'));
  if (file === undefined) return undefined;
  const key = context.surroundings.hasStandIns ? ok(standIn) : readAwsKey(file, profile);
  if (key.ok) return key.value;
  context.reject(policy, filePath, `the credentials file ${key.error}`, 'write it as the tools of AWS do');
  return undefined;
}

/** The key of a role, which is another one every hour. Nothing after saying why there is none. */
export function keyOfRole(
  policy: BackendSecurityDocument,
  exchange: NonNullable<Spec['oidcExchangeToken']>,
  region: string,
  context: BuildContext,
): AwsKeyPair | undefined {
  const exchangePath = `${path}.oidcExchangeToken`;
  // It becomes a part of the name of the host that the token is shown to.
  if (!/^[a-z0-9-]+$/.test(region)) {
    context.reject(policy, `${path}.region`, 'is no region', 'write one such as eu-central-1');
    return undefined;
  }
  const client = oidcClient(policy, exchangePath, exchange, context);
  if (client === undefined) return undefined;
  const role = { region, roleArn: exchange.awsRoleArn, sessionName: sessionName(policy.name), client };
  return goodNow(policy, exchangePath, context.surroundings.awsKey(policy, role), context);
}

/** As Envoy AI Gateway has it: conditions of a role's trust may name it. AWS takes 64 characters. */
function sessionName(policy: string): string {
  return `ai-gateway-${policy}`.slice(0, 64);
}

/** Where nothing is to be read in secrets. */
const standIn: AwsKeyPair = { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' };
