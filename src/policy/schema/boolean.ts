import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

export const boolean: Schema<boolean> = {
  json: { type: 'boolean' },
  parse: (value, place) =>
    typeof value === 'boolean' ? value : reject(place, `${show(value)} is not true or false`, 'write true or false'),
};
