import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { kindOf } from '../schema/show.ts';
import { text } from '../schema/text.ts';

/** Name of an entry of a Secret or ConfigMap. */
export const entryName = text({
  pattern: '^[-._a-zA-Z0-9]+$',
  complaint: 'is not a name of an entry',
  remedy: 'use letters, digits, - _ and .',
});

/** Kubernetes holds no larger ones. */
const longest = 1024 * 1024;

/** Any text. Not repeated in messages: it may be a secret. */
export const entryText: Schema<string> = {
  json: { type: 'string', maxLength: longest },
  parse: (value, place) => {
    if (typeof value !== 'string')
      return reject(place, `${kindOf(value)} stands here instead of a text`, 'put it in quotes');
    return value.length <= longest ? value : reject(place, 'is longer than 1 MiB', 'make it shorter');
  },
};

const pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
const spacedPattern =
  '^(?:(?:[A-Za-z0-9+/]\\s*){4})*(?:(?:[A-Za-z0-9+/]\\s*){2}=\\s*=|(?:[A-Za-z0-9+/]\\s*){3}=)?\\s*$';
const base64Text = new RegExp(pattern);

/** Base64, decoded as UTF-8. Line ends that tools put in do not matter. */
export const entryBase64: Schema<string> = {
  json: { type: 'string', maxLength: 2 * longest, pattern: spacedPattern },
  parse: (value, place) => {
    const remedy = 'write base64, or use stringData';
    if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of base64`, remedy);
    if (value.length > 2 * longest) return reject(place, 'is longer than 1 MiB', 'make it shorter');
    const joined = value.replace(/\s+/g, '');
    if (!base64Text.test(joined)) return reject(place, 'the value (not repeated here) is not base64', remedy);
    return Buffer.from(joined, 'base64').toString('utf8');
  },
};
