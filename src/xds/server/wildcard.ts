import { programTypes, typeUrls } from '../snapshot/type-url.ts';

/** Types whose resources a client may ask for without knowing their names. */
const wildcardTypes: ReadonlySet<string> = new Set([typeUrls.cluster, typeUrls.listener, ...programTypes]);

export function isWildcardCapable(typeUrl: string): boolean {
  return wildcardTypes.has(typeUrl);
}
