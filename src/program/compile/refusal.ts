import { err, type Result } from '../../lib/result.ts';

export type Compiled<T> = Result<T, string>;

/** Written by Envoy into an HTTP message as it stands: what HTTP forbids there must not get that far. */
const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// RFC 9110 section 5.5: visible characters, blanks, and bytes above ASCII.
const valuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The fault of a header, or undefined. */
export function headerFault(name: string, value = ''): string | undefined {
  if (!tokenPattern.test(name)) return `header name "${name.slice(0, 60)}" is not valid`;
  if (!valuePattern.test(value)) return `the value of header "${name}" has characters that cannot stand in a header`;
  return undefined;
}

export function refused(reason: string): Compiled<never> {
  return err(reason);
}
