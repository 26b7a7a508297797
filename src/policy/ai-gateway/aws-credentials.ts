import { secretReference } from '../gateway-api/object-reference.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { except } from '../schema/verdict.ts';
import { exchangeFields, identifier } from './exchange-token.ts';

const credentialsFile = object({
  secretRef: required(secretReference, 'Secret with a credentials file under credentials.'),
  profile: defaulted(identifier, 'default', 'Profile in that file.'),
});

/** Without file and exchange: what the machine has, which is not served. */
export const awsCredentials = object({
  region: required(
    except(identifier, 'the region that the host name of a public endpoint says goes before it'),
    'Region of the service.',
  ),
  credentialsFile: optional(credentialsFile, 'A file as the AWS tools have it.'),
  oidcExchangeToken: optional(
    except(
      object({ ...exchangeFields, awsRoleArn: required(identifier, 'Role that the token is exchanged for.') }),
      'credentialsFile goes before it',
    ),
    'A token exchanged for a role.',
  ),
});
