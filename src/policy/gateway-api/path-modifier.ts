import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { kindOf } from '../schema/show.ts';
import { tagged, variant } from '../schema/tagged.ts';

/** May be empty: a prefix can be taken away. */
const newPath: Schema<string> = {
  json: { type: 'string', maxLength: 1024, pattern: '^[^\\s?#]*$' },
  parse: (value, place) => {
    const remedy = 'write a path such as /v2';
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a path`, remedy);
    if (value.length > 1024) return reject(place, 'is longer than 1024 characters', remedy);
    if (/[\s?#]/.test(value)) return reject(place, 'has spaces, ? or # in it', remedy);
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
