import { secretReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { optional, required } from '../schema/field.ts';
import { notBothRule } from '../schema/field-rules.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
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

const fields = object({
  projectName: optional(except(identifier, `of the account that is acted for; ${inPath}`), 'The project; needed.'),
  region: optional(
    withoutEffect(identifier, `${inPath}; where that is another region, a warning says so`),
    'Region of the service; needed.',
  ),
  credentialsFile: optional(
    object({ secretRef: required(secretReference, 'Secret with the file under service_account.json.') }),
    'The key file of a service account.',
  ),
  workloadIdentityFederationConfig: optional(federation, 'A token of somebody else, exchanged for one of Google’s.'),
  isPassthrough: refused('callers have no credentials of their own for a provider', {
    remedy: 'write projectName, region, and credentialsFile or workloadIdentityFederationConfig',
    as: boolean,
  }),
});

type Given = Infer<typeof fields>;
type GcpCredentials = Given & { readonly [N in 'projectName' | 'region']: NonNullable<Given[N]> };

/**
 * Where callers bring project, region and token with them, a policy needs to say none of it. It is stored, so that its
 * status can say that this is not served.
 */
const isPassedThrough = '(has(self.isPassthrough) && self.isPassthrough)';

/** Without file and federation: what the machine has, which is not served. */
export const gcpCredentials: Schema<GcpCredentials> = refine(
  ruled(
    fields,
    {
      rule: `${isPassedThrough} || (has(self.projectName) && has(self.region))`,
      message: 'add projectName and region: the project, and the region of the service',
    },
    notBothRule('credentialsFile', 'workloadIdentityFederationConfig'),
  ),
  (spec, place): Parsed<GcpCredentials> => {
    const { projectName, region } = spec;
    if (projectName === undefined) reject(under(place, 'projectName'), 'is missing', 'add projectName: the project');
    if (region === undefined) reject(under(place, 'region'), 'is missing', 'add region: region of the service');
    if (projectName === undefined || region === undefined) return invalid;
    if (spec.credentialsFile === undefined || spec.workloadIdentityFederationConfig === undefined) {
      return { ...spec, projectName, region };
    }
    return reject(place, 'has two sources of credentials', 'keep credentialsFile or workloadIdentityFederationConfig');
  },
);
