import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { except, refused, reported } from '../schema/verdict.ts';
import { apiKeyAuth } from './api-key-auth.ts';
import { cors } from './cors.ts';
import { jwt } from './jwt.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';

/** Who may call, in the words of Envoy Gateway. */
export const securityPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    apiKeyAuth: optional(
      except(apiKeyAuth, 'on a route whose rules name their models exactly; otherwise it is reported'),
      'Callers show a key.',
    ),
    jwt: optional(reported(jwt, 'callers show keys so far'), 'Callers show a token.'),
    cors: optional(except(cors, 'for Gateways; for single routes it is reported'), 'Calls from pages in browsers.'),
    basicAuth: refused('callers show keys or tokens, not passwords'),
    oidc: refused('callers are programs that cannot log in; they show keys or tokens'),
    extAuth: refused('nobody else is asked who may call'),
    authorization: refused('what a caller may use is said by its ApiKey'),
    mergeType: refused('policies of several levels are merged field by field'),
  }),
);

export type SecurityPolicySpec = Infer<typeof securityPolicySpec>;
