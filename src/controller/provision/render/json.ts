import type { JsonValue } from '../../../policy/schema/json-value.ts';

/** A Kubernetes object, or a part of one, as it is sent. */
export type Json = { readonly [field: string]: JsonValue };

export function isJsonMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
