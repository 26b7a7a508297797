/** `{"error": {…}}` or `{"type": "error", …}`: what every dialect calls an error, whatever the status says. */
export function isErrorBody(bytes: Buffer): boolean {
  // Nearly every body has no such word; only one that has it is worth parsing.
  if (bytes.indexOf('"error"') < 0) return false;
  try {
    return isError(JSON.parse(bytes.toString('utf8')));
  } catch {
    return false;
  }
}

export function isError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('type' in value && value.type === 'error') return true;
  // Finished responses carry `"error": null`.
  return 'error' in value && value.error !== null && value.error !== undefined;
}
