/**
 * Objects are read as they are, without a schema: status is owed to those, too, that no schema accepts. Whatever is
 * not of the expected shape counts as not there.
 */
export type Fields = { readonly [field: string]: unknown };

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
