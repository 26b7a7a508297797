/** Control characters, and those that take no place or look like a blank: one cannot see that they stand there. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** For people to read: what cannot be seen, or would do something to a terminal, as JSON escapes it. */
export function visible(text: string): string {
  return text.replaceAll(unseen, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
