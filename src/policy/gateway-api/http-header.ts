import { headerValue } from '../header.ts';
import { defaulted, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { tokenName } from './name.ts';

// Envoy refuses whole configurations with this one.
const name = refine(tokenName, (written, place) => {
  const lower = written.toLowerCase();
  return lower === 'host' ? reject(place, 'host is no header to change', 'write the filter URLRewrite') : lower;
});

const header = object({
  name: required(name, 'Name of the header, in any case.'),
  value: required(headerValue, 'Its value.'),
});

const headers = list(header, { most: 16 });

/** Changes of headers. Names come out in lower case. */
export const headerModifier = object({
  set: defaulted(headers, [], 'Headers to set, replacing those that are there.'),
  add: defaulted(headers, [], 'Headers to add to those that are there.'),
  remove: defaulted(list(name, { most: 16 }), [], 'Headers to remove.'),
});
