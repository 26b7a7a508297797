import { reject } from './place.ts';
import type { Schema } from './schema.ts';
import { show } from './show.ts';

export const boolean: Schema<boolean> = {
  json: { type: 'boolean' },
  parse: (value, place) => {
    if (typeof value === 'boolean') return value;
    return reject(place, `${show(value)} is not true or false`, remedyFor(value));
  },
};

/** YAML 1.2 knows only true and false; yes, no, on and off are texts. */
function remedyFor(value: unknown): string {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return `write ${word} without quotes`;
  if (word === 'yes' || word === 'on') return 'write true';
  return word === 'no' || word === 'off' ? 'write false' : 'write true or false';
}
