import { boolean } from '../schema/boolean.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { tokenName } from './name.ts';

const origin = text({
  pattern: '^(\\*|https?://(\\*|(\\*\\.)?([A-Za-z0-9_-]+\\.)*[A-Za-z0-9_-]+)(:[0-9]{1,5})?)$',
  complaint: 'is not an origin',
  remedy: 'write scheme, host and port, such as https://app.example.com or https://*.example.com, or "*"',
});

const method = enumeration(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*']);

export const corsOrigins = refine(list(origin, { most: 64 }), alone);
export const corsHeaders = refine(list(tokenName, { most: 64 }), alone);
export const corsMethods = refine(list(method, { most: 9 }), alone);

/** Cross-origin calls (Fetch standard), as HTTPRoute has them. */
export const corsFilter = object({
  allowOrigins: defaulted(corsOrigins, [], 'Origins whose pages may call; "*": every one.'),
  allowMethods: defaulted(corsMethods, [], 'Methods that they may use; "*": every one.'),
  allowHeaders: defaulted(corsHeaders, [], 'Headers that they may send; "*": every one.'),
  exposeHeaders: defaulted(list(tokenName, { most: 64 }), [], 'Response headers that pages may read.'),
  allowCredentials: defaulted(boolean, false, 'Whether cookies and the like may be sent along.'),
  maxAge: defaulted(integer({ from: 1, to: 2 ** 31 - 1 }), 5, 'Seconds for which browsers may remember the answer.'),
});

function alone<T extends string>(all: readonly T[], place: Place): Parsed<readonly T[]> {
  const index = (all as readonly string[]).indexOf('*');
  if (index < 0 || all.length === 1) return all;
  return reject(under(place, index), '"*" stands beside others', 'keep "*", or name them one by one');
}
