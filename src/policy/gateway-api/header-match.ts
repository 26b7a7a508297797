import { enumeration } from '../schema/enumeration.ts';
import { defaulted, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import { under } from '../schema/place.ts';
import { re2 } from '../schema/re2.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { text } from '../schema/text.ts';
import { tokenName } from './name.ts';

const matchType = enumeration(['Exact', 'RegularExpression']);
const typeNote = 'Exact, or RegularExpression in RE2 syntax. Either is compared with the whole value.';

function value(longest: number): Schema<string> {
  return text({ longest, complaint: 'has control characters', remedy: `write 1 to ${longest} characters on one line` });
}

/** A pattern that does not compile would stop the whole route in Envoy. */
function checked<T extends { readonly type: string; readonly value: string }>(schema: Schema<T>): Schema<T> {
  return refine(schema, (match, place) => {
    if (match.type !== 'RegularExpression') return match;
    return re2.parse(match.value, under(place, 'value')) === invalid ? invalid : match;
  });
}

/** The name comes out in lower case, as Envoy has headers. */
const headerMatch = checked(
  object({
    type: defaulted(matchType, 'Exact', typeNote),
    name: required(
      refine(tokenName, (name) => name.toLowerCase()),
      'Name of the header, in any case.',
    ),
    value: required(value(4096), 'Value to compare with.'),
  }),
);

export type HeaderMatchSpec = Infer<typeof headerMatch>;

/** All must match. Gateway API: of several with one name only the first counts. */
export const headerMatches = refine(list(headerMatch, { most: 16 }), firstOfEachName);

const queryMatch = checked(
  object({
    type: defaulted(matchType, 'Exact', typeNote),
    name: required(tokenName, 'Name of the query parameter.'),
    value: required(value(1024), 'Value to compare with.'),
  }),
);

export const queryMatches = refine(list(queryMatch, { most: 16 }), firstOfEachName);

function firstOfEachName<T extends { readonly name: string }>(all: readonly T[]): readonly T[] {
  return all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);
}
