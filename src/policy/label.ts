import { reject } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';
import { show } from './schema/show.ts';
import { text } from './schema/text.ts';

const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

export const labelName = text({
  pattern: `^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?${name}$`,
  longest: 317,
  complaint: 'is not a label name',
  remedy: 'use letters, digits, - _ and ., with a domain in front if you like: example.com/stage',
});

const value = new RegExp(`^(${name})?$`);

/** May be empty. */
export const labelValue: Schema<string> = {
  json: { type: 'string', maxLength: 63, pattern: value.source },
  parse: (given, place) => {
    if (typeof given === 'string' && given.length <= 63 && value.test(given)) return given;
    const remedy = 'use letters, digits, - _ and ., at most 63';
    if (typeof given === 'string') return reject(place, `${show(given)} is not a label value`, remedy);
    const isScalar = typeof given === 'number' || typeof given === 'boolean';
    return reject(place, `${show(given)} is not a text`, isScalar ? `put it in quotes: "${given}"` : remedy);
  },
};

/** Annotations hold what they like. */
export const annotationValue: Schema<string> = {
  json: { type: 'string', maxLength: 4096 },
  parse: (given, place) => {
    if (typeof given !== 'string') return reject(place, `${show(given)} is not a text`, 'put it in quotes');
    return given.length <= 4096 ? given : reject(place, 'is longer than 4096 characters', 'make it shorter');
  },
};
