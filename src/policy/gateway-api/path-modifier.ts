import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { kindOf } from '../schema/show.ts';
import { tagged, variant } from '../schema/tagged.ts';

/** Envoy refuses whole route tables for some of the signs that nobody sees. */
const pattern = '^[^\\s?#\\x00-\\x1F\\x7F]*$';
const pathText = new RegExp(pattern);

/** May be empty: a prefix can be taken away. */
const newPath: Schema<string> = {
  json: { type: 'string', maxLength: 1024, pattern },
  parse: (value, place) => {
    const remedy = 'write a path such as /v2';
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a path`, remedy);
    if (value.length > 1024) return reject(place, 'is longer than 1024 characters', remedy);
    if (!pathText.test(value)) return reject(place, 'has spaces, control characters, ? or # in it', remedy);
    return value;
  },
};

/** A new path, or a new beginning of it. */
export const pathModifier = tagged(
  'type',
  {
    ReplaceFullPath: variant('replaceFullPath', newPath, 'The new path.'),
    ReplacePrefixMatch: variant('replacePrefixMatch', newPath, 'In place of the prefix that matched.'),
  },
  'What is replaced.',
);
