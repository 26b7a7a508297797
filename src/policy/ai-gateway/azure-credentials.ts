import { secretReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { notBothRule } from '../schema/field-rules.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { refuse, refused } from '../schema/verdict.ts';
import { exchangeToken, identifier } from './exchange-token.ts';

const noIdentity = 'the identity of a pod or machine is not used';
const noIdentityRemedy = 'write clientID, tenantID, and clientSecretRef or oidcExchangeToken';

const fields = object({
  clientID: optional(identifier, 'The application; needed.'),
  tenantID: optional(identifier, 'The tenant that it belongs to; needed.'),
  clientSecretRef: optional(secretReference, 'Secret with the application’s secret under client-secret.'),
  oidcExchangeToken: optional(exchangeToken, 'A token exchanged for one of Entra.'),
  managedIdentity: refused(noIdentity, {
    remedy: noIdentityRemedy,
    as: object({ clientID: refused(noIdentity) }),
  }),
  useManagedIdentity: refused(noIdentity, { remedy: noIdentityRemedy, as: boolean }),
});

type Given = Infer<typeof fields>;
type AzureCredentials = Given & { readonly [N in 'clientID' | 'tenantID']: NonNullable<Given[N]> };

/**
 * A managed identity needs no ids, and that of a workload neither secret nor issuer. Their policies say in their status
 * that this is not served. A server that did not take them would have their backends asked as if there were no policy.
 */
const isManaged = '(has(self.managedIdentity) || (has(self.useManagedIdentity) && self.useManagedIdentity))';

export const azureCredentials: Schema<AzureCredentials> = refine(
  ruled(
    fields,
    {
      rule: `${isManaged} || (has(self.clientID) && has(self.tenantID))`,
      message: 'add clientID and tenantID: the application, and the tenant that it belongs to',
    },
    notBothRule('clientSecretRef', 'oidcExchangeToken'),
  ),
  (spec, place): Parsed<AzureCredentials> => {
    const { clientID, tenantID } = spec;
    if (clientID === undefined) reject(under(place, 'clientID'), 'is missing', 'add clientID: the application');
    if (tenantID === undefined) {
      reject(under(place, 'tenantID'), 'is missing', 'add tenantID: the tenant that the application belongs to');
    }
    const isWithout = spec.clientSecretRef === undefined && spec.oidcExchangeToken === undefined;
    if (isWithout) {
      const message = 'has neither clientSecretRef nor oidcExchangeToken, and the identity of a workload is not used';
      refuse(place, message, 'add clientSecretRef: {name: …}');
    }
    const sources = ['clientSecretRef', 'oidcExchangeToken'] as const;
    const source = isWithout ? undefined : exactlyOneOf(spec, sources, place, '');
    if (clientID === undefined || tenantID === undefined || source === undefined) return invalid;
    return { ...spec, clientID, tenantID };
  },
);
