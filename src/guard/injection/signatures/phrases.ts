/** A line that goes on in the next one: neither an empty line nor a heading, a list or a quotation follows. */
export const wrap = '(?<=[a-z,\\r])\\n(?=[ \\t]{0,8}[a-z])';
/** Within a sentence, not far. */
export const near = (most: number): string => `(?:[^.!?;\\n]|${wrap}){0,${most}}?`;
export const gap = '[^a-z0-9]{1,6}';
