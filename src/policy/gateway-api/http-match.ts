import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { re2 } from '../schema/re2.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { headerMatches, queryMatches } from './header-match.ts';

const pathFields = object({
  type: defaulted(
    enumeration(['Exact', 'PathPrefix', 'RegularExpression']),
    'PathPrefix',
    'PathPrefix compares whole segments; RegularExpression is RE2 syntax for the whole path.',
  ),
  value: defaulted(
    text({ longest: 1024, complaint: 'is not a path', remedy: 'write a path such as /v1' }),
    '/',
    'Path or pattern.',
  ),
});

type PathMatch = Infer<typeof pathFields>;

/** What cannot be in a normalised path would never match, or match what it does not say. */
const impossible = /\/\/|\/\.\.?(?:\/|$)|%2[fF]|#/;
const pathText = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

function checkPath(match: PathMatch, place: Place): Parsed<PathMatch> {
  const here = under(place, 'value');
  if (match.type === 'RegularExpression') return re2.parse(match.value, here) === invalid ? invalid : match;
  if (!match.value.startsWith('/')) return reject(here, 'does not begin with /', 'write a path such as /v1');
  const part = impossible.exec(match.value)?.[0];
  if (part !== undefined) return reject(here, `has ${part} in it`, 'write the path as it is after normalisation');
  if (!pathText.test(match.value)) return reject(here, 'has characters that no path has', 'percent-encode them');
  return match;
}

const match = object({
  path: defaulted(refine(pathFields, checkPath), {}, 'Path of the request; every one if absent.'),
  headers: defaulted(headerMatches, [], 'Headers of the request; all must match.'),
  queryParams: defaulted(queryMatches, [], 'Query parameters; all must match.'),
  method: optional(
    enumeration(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']),
    'Method of the request; every one if absent.',
  ),
});

export type HttpMatch = Infer<typeof match>;

const written = list(match, { most: 64 });

/** As the definitions have it where the field is absent. They leave an empty list as it is, which means the same. */
export const everyRequest = [{}] as const;

/** In place of matches that cannot be read: the rule is for no request. Nobody can write it. */
export const noRequest = Symbol('no request');

/** Any of them suffices. None is left only of what was `noRequest`. */
export const httpMatches: Schema<readonly HttpMatch[]> = {
  json: written.json,
  parse: (value, place) => {
    if (value === noRequest) return [];
    return written.parse(Array.isArray(value) && value.length === 0 ? everyRequest : value, place);
  },
};
