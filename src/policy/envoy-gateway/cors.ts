import { corsOrigins } from '../gateway-api/http-cors.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { notApplicable, reported } from '../schema/verdict.ts';

/** Cross-origin calls (Fetch standard), as SecurityPolicy has them. */
export const cors = object({
  allowOrigins: optional(corsOrigins, 'Origins whose pages may call; "*": every one.'),
  allowMethods: notApplicable('pages may use the methods that the APIs of models have'),
  allowHeaders: notApplicable('pages may send every header'),
  exposeHeaders: notApplicable('pages may read the headers that the gateway adds'),
  maxAge: notApplicable('browsers may remember the answer for ten minutes'),
  allowCredentials: optional(
    reported(boolean, 'keys are sent in a header, never as a cookie'),
    'Whether cookies and the like may be sent along.',
  ),
});

export type CorsSpec = Infer<typeof cors>;
