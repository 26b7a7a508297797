/** Allow and deny lists compare values without case, blanks and hyphens. */
export function comparable(value: string): string {
  return value.replace(/[\s-]+/g, '').toLowerCase();
}
