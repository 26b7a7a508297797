/** The word by which Redis names the kind of an error: `OOM`, `NOPERM`, `READONLY`. What follows may quote arguments. */
export function errorCodeOf(message: string): string | undefined {
  // Before Redis 7 the answer to a command of a script stands at the end of an error of the script.
  const match = /@user_script: ?\d+: -([A-Z]{2,20})\b/.exec(message) ?? /^([A-Z]{2,20})\b/.exec(message);
  return match?.[1];
}
