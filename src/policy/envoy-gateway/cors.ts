import { gatewayDuration } from '../gateway-api/duration.ts';
import { corsHeaders, corsMethods, corsOrigins } from '../gateway-api/http-cors.ts';
import { tokenName } from '../gateway-api/name.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { except } from '../schema/verdict.ts';

/** Cross-origin calls (Fetch standard), as SecurityPolicy has them. */
export const cors = object({
  allowOrigins: optional(corsOrigins, 'Origins whose pages may call; "*": every one.'),
  allowMethods: optional(
    except(corsMethods, 'for ordinary services; pages may use the methods that the APIs of models have'),
    'Methods that they may use; "*": every one.',
  ),
  allowHeaders: optional(
    except(corsHeaders, 'for ordinary services; to models pages may send every header'),
    'Headers that they may send; "*": every one.',
  ),
  exposeHeaders: optional(
    except(
      list(tokenName, { most: 64 }),
      'for ordinary services; of models pages may read the headers that the gateway adds',
    ),
    'Response headers that pages may read.',
  ),
  maxAge: optional(
    except(gatewayDuration, 'for ordinary services; for models it is ten minutes'),
    'How long browsers may remember the answer; 5s if absent.',
  ),
  allowCredentials: optional(
    except(boolean, 'for HTTPRoutes; for Gateways it is reported'),
    'Whether cookies and the like may be sent along.',
  ),
});

export type CorsSpec = Infer<typeof cors>;
