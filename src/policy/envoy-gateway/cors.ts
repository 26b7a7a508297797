import { gatewayDuration } from '../gateway-api/duration.ts';
import { corsHeaders, corsMethods, corsOrigins } from '../gateway-api/http-cors.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';

/** Cross-origin calls (Fetch standard), as SecurityPolicy has them. */
export const cors = object({
  allowOrigins: optional(corsOrigins, 'Origins whose pages may call; "*": every one.'),
  allowMethods: optional(corsMethods, 'Methods that they may use; "*": every one.'),
  allowHeaders: optional(corsHeaders, 'Headers that they may send; "*": every one.'),
  exposeHeaders: optional(corsHeaders, 'Response headers that pages may read.'),
  maxAge: optional(gatewayDuration, 'How long browsers may remember the answer.'),
  allowCredentials: optional(boolean, 'Whether cookies and the like may be sent along.'),
});

export type CorsSpec = Infer<typeof cors>;
