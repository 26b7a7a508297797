import { secretReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { refused } from '../schema/verdict.ts';
import { exchangeToken, identifier } from './exchange-token.ts';

const fields = object({
  clientID: optional(identifier, 'The application; needed.'),
  tenantID: optional(identifier, 'The tenant that it belongs to; needed.'),
  clientSecretRef: optional(secretReference, 'Secret with the application’s secret under client-secret.'),
  oidcExchangeToken: optional(exchangeToken, 'A token exchanged for one of Entra.'),
  useManagedIdentity: refused('the identity of a pod or machine is not used', {
    remedy: 'write clientID, tenantID, and clientSecretRef or oidcExchangeToken',
    as: boolean,
  }),
});

type Given = Infer<typeof fields>;
type AzureCredentials = Given & { readonly [N in 'clientID' | 'tenantID']: NonNullable<Given[N]> };

/**
 * A managed identity has no ids, and its policy says in its status that it is not served. A server that wanted the ids
 * would not take it, and its backend would be asked as if there were no policy at all.
 */
const isManaged = '(has(self.useManagedIdentity) && self.useManagedIdentity)';

export const azureCredentials: Schema<AzureCredentials> = refine(
  ruled(
    fields,
    {
      rule: `${isManaged} || (has(self.clientID) && has(self.tenantID))`,
      message: 'add clientID and tenantID: the application, and the tenant that it belongs to',
    },
    {
      rule: `[${isManaged}, has(self.clientSecretRef), has(self.oidcExchangeToken)].exists_one(isGiven, isGiven)`,
      message: 'exactly one of clientSecretRef or oidcExchangeToken is needed',
    },
  ),
  (spec, place): Parsed<AzureCredentials> => {
    const { clientID, tenantID } = spec;
    if (clientID === undefined) reject(under(place, 'clientID'), 'is missing', 'add clientID: the application');
    if (tenantID === undefined) {
      reject(under(place, 'tenantID'), 'is missing', 'add tenantID: the tenant that the application belongs to');
    }
    const remedy = 'add clientSecretRef: {name: …}';
    const source = exactlyOneOf(spec, ['clientSecretRef', 'oidcExchangeToken'], place, remedy);
    if (clientID === undefined || tenantID === undefined || source === undefined) return invalid;
    return { ...spec, clientID, tenantID };
  },
);
