import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { object } from './schema/object.ts';
import { reject, under } from './schema/place.ts';
import { type Infer, refine } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { text } from './schema/text.ts';

const fields = object({
  style: defaulted(
    enumeration(['text', 'label', 'mask', 'hash', 'reversible']),
    'text',
    'text: a fixed text. label: [EMAIL_ADDRESS]. mask: ****. hash: with the redaction secret. reversible: a token that is restored in the answer.',
  ),
  text: optional(
    text({ longest: 200, complaint: 'is empty or has control characters in it', remedy: 'write one line of text' }),
    'What stands in place of a finding, of style text. Default: [REDACTED].',
  ),
  keepLast: optional(integer({ from: 0, to: 64 }), 'Characters at the end that stay, of style mask. Default: 0.'),
});

const rules = [
  { rule: '!has(self.text) || self.style == "text"', message: 'write style: text, or remove it', fieldPath: '.text' },
  {
    rule: '!has(self.keepLast) || self.style == "mask"',
    message: 'write style: mask, or remove it',
    fieldPath: '.keepLast',
  },
];

/** What stands in place of a finding. */
export const redaction = refine(ruled(fields, ...rules), ({ style, text: fixed, keepLast }, place) => {
  if (fixed !== undefined && style !== 'text') {
    return reject(under(place, 'text'), `is given, but the style is ${style}`, 'write style: text, or remove it');
  }
  if (keepLast !== undefined && style !== 'mask') {
    return reject(under(place, 'keepLast'), `is given, but the style is ${style}`, 'write style: mask, or remove it');
  }
  return { style, text: fixed ?? (style === 'text' ? '[REDACTED]' : ''), keepLast: keepLast ?? 0 };
});

export type RedactionSpec = Infer<typeof redaction>;
