import { headerName } from '../header.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { ruled } from '../schema/server-notes.ts';
import { text } from '../schema/text.ts';
import { refused } from '../schema/verdict.ts';

const onlyHeaders = 'callers are told apart by headers; a Limit of sluice.dev knows keys, users, teams and models';

const addRemedy = 'add value, or write type: Distinct';
const removeRemedy = 'remove it, or write type: Exact';

const header = refine(
  object({
    type: defaulted(
      servedValues(['Exact', 'Distinct'], { RegularExpression: 'counters are found by values, not by patterns' }),
      'Exact',
      'Exact: requests with this value. Distinct: each value has a counter of its own.',
    ),
    name: required(headerName, 'Name of the header, in any case.'),
    value: optional(
      text({ longest: 1024, complaint: 'has control characters', remedy: 'write the value on one line' }),
      'Value to compare with, for Exact.',
    ),
    invert: refused('counters are for those who match'),
  }),
  (spec, place) => {
    if ((spec.type === 'Exact') === (spec.value !== undefined)) return spec;
    const here = under(place, 'value');
    if (spec.value === undefined) return reject(here, 'is missing: type is Exact', addRemedy);
    return reject(here, 'is given, but type is Distinct', removeRemedy);
  },
);

const headerRules = [
  { rule: 'self.type != "Exact" || has(self.value)', message: addRemedy, fieldPath: '.value' },
  { rule: 'self.type != "Distinct" || !has(self.value)', message: removeRemedy, fieldPath: '.value' },
];

const headersRemedy = 'name a header';

function selector(ofHeader: typeof header) {
  const fields = object({
    headers: optional(
      list(ofHeader, { least: 1, most: 64, emptyRemedy: headersRemedy }),
      'Headers of the request; all must match. Needed.',
    ),
    methods: refused(onlyHeaders),
    path: refused(onlyHeaders),
    sourceCIDR: refused(onlyHeaders),
    queryParams: refused(onlyHeaders),
  });
  type Fields = Infer<typeof fields>;
  // A server takes one without: Envoy Gateway can tell callers apart by more, and the status says that we do not.
  return refine(fields, (spec, place): Parsed<Fields & Required<Pick<Fields, 'headers'>>> => {
    const { headers } = spec;
    return headers === undefined ? reject(under(place, 'headers'), 'is missing', headersRemedy) : { ...spec, headers };
  });
}

const checked = selector(ruled(header, ...headerRules));

export type ClientSelector = Infer<typeof checked>;

/** Whose requests are counted. All selectors must match. */
export const clientSelectors = list(checked, { most: 8 });

/** The same in lists of lists, where the conditions of a header would cost an API server more than it allows. */
export const deepClientSelectors = list(selector(header), { most: 8 });
