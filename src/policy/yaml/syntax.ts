import type { ErrorCode } from 'yaml';

export interface Advice {
  readonly message: string;
  readonly remedy: string;
}

const quotes = 'put texts with special characters in quotes';

/** Our own words for syntax errors: the parser's quote the file, and the file may hold a secret in the wrong place. */
const advice: { readonly [C in ErrorCode]?: Advice } = {
  BAD_ALIAS: { message: 'refers to an anchor that does not exist', remedy: 'define &name before *name, or use quotes' },
  BAD_DQ_ESCAPE: { message: 'has an unknown escape in double quotes', remedy: 'use single quotes, or double the \\' },
  BAD_INDENT: {
    message: 'is not indented consistently',
    remedy: 'indent fields of one map by the same spaces, and close { and [',
  },
  BAD_SCALAR_START: { message: 'has a text that begins with a special character', remedy: quotes },
  BLOCK_AS_IMPLICIT_KEY: { message: 'has a nested map on one line', remedy: 'begin it on a new line, or use { }' },
  BLOCK_IN_FLOW: { message: 'has an indented map or list within { } or [ ]', remedy: 'use { } and [ ] there as well' },
  MISSING_CHAR: { message: 'lacks a character', remedy: 'close quotes, { } and [ ], and write a space after each :' },
  MULTILINE_IMPLICIT_KEY: { message: 'has a field name that does not end', remedy: 'write a : after it' },
  NON_STRING_KEY: { message: 'has a field name that is no text', remedy: quotes },
  RESOURCE_EXHAUSTION: { message: 'is nested too deep', remedy: 'make it flatter' },
  TAB_AS_INDENT: { message: 'is indented with a tab', remedy: 'use spaces' },
  TAG_RESOLVE_FAILED: { message: 'has a tag (!) that is not known here', remedy: 'remove the tag, or use quotes' },
  UNEXPECTED_TOKEN: { message: 'has something that does not belong there', remedy: quotes },
};

export function syntaxAdvice(code: ErrorCode): Advice {
  const known = advice[code] ?? { message: `is broken (${code})`, remedy: 'compare it with a working document' };
  return { message: `the YAML ${known.message}`, remedy: known.remedy };
}
