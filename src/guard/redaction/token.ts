import { base32Class } from './base32.ts';

/**
 * `EMAIL_ADDRESS_7f3k9q2m4xzd`: label, eight characters of the value's HMAC, four that prove the tenant made it.
 *
 * One word of letters, digits and underscores: models carry such identifiers through unchanged as they do variable names,
 * where they translate, renumber or drop `<EMAIL_1>` and `[EMAIL]`; it needs no escape in JSON, HTML, shell or SQL; the
 * label tells the model what it is dealing with. Forty bits keep the values of a conversation apart; twenty more mean that
 * one of a million made-up tokens passes for own, which spares its maker the redaction of twelve characters.
 */
export const idLength = 8;
export const checkLength = 4;
export const suffixLength = idLength + checkLength;

/** Characters of a label, at most. */
export const longestLabel = 32;

/** The longest way to write a token: Markdown writers put a backslash before each underscore. */
export const longestToken = 2 * longestLabel + 2 + suffixLength;

/** What follows the label: the id and the check are group 1. */
export const suffixPattern = `\\\\?_(${base32Class}{${suffixLength}})`;
