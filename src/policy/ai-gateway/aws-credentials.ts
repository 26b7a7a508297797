import { secretReference } from '../gateway-api/object-reference.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { exchangeFields, identifier } from './exchange-token.ts';

const credentialsFile = object({
  secretRef: required(secretReference, 'Secret with a credentials file under credentials.'),
  profile: defaulted(identifier, 'default', 'Profile in that file.'),
});

/** Without file and exchange: what the machine has. */
export const awsCredentials = object({
  region: required(identifier, 'Region of the service.'),
  credentialsFile: optional(credentialsFile, 'A file as the AWS tools have it.'),
  oidcExchangeToken: optional(
    object({ ...exchangeFields, awsRoleArn: required(identifier, 'Role that the token is exchanged for.') }),
    'A token exchanged for a role.',
  ),
});
