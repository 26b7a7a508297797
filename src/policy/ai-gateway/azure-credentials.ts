import { secretReference } from '../gateway-api/object-reference.ts';
import { optional, required } from '../schema/field.ts';
import { exactlyOneRule } from '../schema/field-rules.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { refused } from '../schema/verdict.ts';
import { exchangeToken, identifier } from './exchange-token.ts';

const remedy = 'add clientSecretRef: {name: …}';

export const azureCredentials = refine(
  ruled(
    object({
      clientID: required(identifier, 'The application.'),
      tenantID: required(identifier, 'The tenant that it belongs to.'),
      clientSecretRef: optional(secretReference, 'Secret with the application’s secret under client-secret.'),
      oidcExchangeToken: optional(exchangeToken, 'A token exchanged for one of Entra.'),
      useManagedIdentity: refused('the identity of a pod or machine is not used', {
        remedy: 'write clientSecretRef or oidcExchangeToken',
      }),
    }),
    exactlyOneRule(
      ['clientSecretRef', 'oidcExchangeToken'],
      'exactly one of clientSecretRef or oidcExchangeToken is needed; useManagedIdentity is not served',
    ),
  ),
  (spec, place) => {
    return exactlyOneOf(spec, ['clientSecretRef', 'oidcExchangeToken'], place, remedy) === undefined ? invalid : spec;
  },
);
