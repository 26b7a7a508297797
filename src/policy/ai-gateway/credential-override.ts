import { headerName } from '../header.ts';
import { boolean } from '../schema/boolean.ts';
import { defaulted, optional } from '../schema/field.ts';
import { exactlyOneOf } from '../schema/given.ts';
import { object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import { refine } from '../schema/schema.ts';
import { refused } from '../schema/verdict.ts';

const fromRequestHeaders = object({
  header: optional(headerName, 'Header with the credential; x-aigw-api-key and the like if absent. Never passed on.'),
  fallbackToConfigured: defaulted(boolean, true, 'false: a request without it is answered with 401.'),
});

/** A credential of the caller's own, in place of the policy's. */
export const credentialOverride = refine(
  object({
    fromRequestHeaders: optional(fromRequestHeaders, 'From a header of the request.'),
    fromDynamicMetadata: refused('no filter of yours runs in front of the gateway’s own'),
  }),
  (spec, place) =>
    exactlyOneOf(spec, ['fromRequestHeaders'], place, 'add fromRequestHeaders: {}') === undefined ? invalid : spec,
);
