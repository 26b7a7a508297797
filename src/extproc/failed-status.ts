/** A response that says the target is in trouble, rather than that the request is wrong. */
export function isFailure(status: number): boolean {
  return status === 429 || status >= 500;
}
