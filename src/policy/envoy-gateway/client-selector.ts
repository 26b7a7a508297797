import { headerName } from '../header.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { text } from '../schema/text.ts';
import { refused } from '../schema/verdict.ts';

const onlyHeaders = 'callers are told apart by headers; a Limit of sluice.dev knows keys, users, teams and models';

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
    if (spec.value === undefined)
      return reject(here, 'is missing: type is Exact', 'add value, or write type: Distinct');
    return reject(here, 'is given, but type is Distinct', 'remove it, or write type: Exact');
  },
);

const selector = object({
  headers: required(
    list(header, { least: 1, most: 64, emptyRemedy: 'name a header' }),
    'Headers of the request; all must match.',
  ),
  methods: refused(onlyHeaders),
  path: refused(onlyHeaders),
  sourceCIDR: refused(onlyHeaders),
  queryParams: refused(onlyHeaders),
});

export type ClientSelector = Infer<typeof selector>;

/** Whose requests are counted. All selectors must match. */
export const clientSelectors = list(selector, { most: 8 });
