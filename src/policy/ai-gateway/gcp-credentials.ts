import { secretReference } from '../gateway-api/object-reference.ts';
import { optional, required } from '../schema/field.ts';
import { notBothRule } from '../schema/field-rules.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { except, refused, withoutEffect } from '../schema/verdict.ts';
import { exchangeToken, identifier } from './exchange-token.ts';

const federation = object({
  projectID: required(identifier, 'The project.'),
  workloadIdentityPoolName: required(identifier, 'The pool of identities.'),
  workloadIdentityProviderName: required(identifier, 'The provider within the pool.'),
  oidcExchangeToken: required(exchangeToken, 'The token that is exchanged.'),
  serviceAccountImpersonation: optional(
    object({ serviceAccountName: required(identifier, 'The account.') }),
    'An account that is acted for.',
  ),
});

const inPath = 'requests go where the prefix of the schema says';

/** Without file and federation: what the machine has, which is not served. */
export const gcpCredentials = refine(
  ruled(
    object({
      projectName: required(except(identifier, `of the account that is acted for; ${inPath}`), 'The project.'),
      region: required(
        withoutEffect(identifier, `${inPath}; where that is another region, a warning says so`),
        'Region of the service.',
      ),
      credentialsFile: optional(
        object({ secretRef: required(secretReference, 'Secret with the file under service_account.json.') }),
        'The key file of a service account.',
      ),
      workloadIdentityFederationConfig: optional(
        federation,
        'A token of somebody else, exchanged for one of Google’s.',
      ),
      isPassthrough: refused('a project and a region stand in the policy, not in requests'),
    }),
    notBothRule('credentialsFile', 'workloadIdentityFederationConfig'),
  ),
  (spec, place) =>
    spec.credentialsFile === undefined || spec.workloadIdentityFederationConfig === undefined
      ? spec
      : reject(place, 'has two sources of credentials', 'keep credentialsFile or workloadIdentityFederationConfig'),
);
