/**
 * Packages and generated code are not committed. After an update of a clone the sources may import what only the next set-up
 * brings: a package, a generated file, or a name in one.
 */
export function isSetUpOld(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    return /^Cannot find (?:package '|module '[^']*\/(?:src\/gen|node_modules)\/)/.test(error.message);
  }
  return /^The requested module '[^']*(?:\/gen\/[^']*|^[^./][^']*)' does not provide an export named /.test(
    error.message,
  );
}
