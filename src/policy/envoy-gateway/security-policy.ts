import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { except, refused } from '../schema/verdict.ts';
import { apiKeyAuth } from './api-key-auth.ts';
import { cors } from './cors.ts';
import { jwt } from './jwt.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';

/** Who may call, in the words of Envoy Gateway. */
export const securityPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    apiKeyAuth: optional(
      except(
        apiKeyAuth,
        'an AIGatewayRoute, or the rule of it, has to name its models exactly, otherwise it is reported',
      ),
      'Callers show a key.',
    ),
    jwt: optional(jwt, 'Callers show a token; of models besides their key.'),
    cors: optional(
      except(
        cors,
        'an AIGatewayRoute among others of its listener that want other origins, or one rule of it, is reported',
      ),
      'Calls from pages in browsers.',
    ),
    csrf: refused('callers show keys or tokens, which no browser sends of its own accord; write cors for pages'),
    basicAuth: refused('callers show keys or tokens, not passwords'),
    oidc: refused('callers are programs that cannot log in; they show keys or tokens'),
    extAuth: refused('nobody else is asked who may call'),
    authorization: refused('what a caller may use is said by its ApiKey'),
    mergeType: refused('policies of several levels are merged field by field'),
  }),
);
