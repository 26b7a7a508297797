export type JsonFields = Readonly<Record<string, unknown>>;

/** Those of a text that somebody answers with; none of anything else. */
export function jsonFields(text: string): JsonFields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

export function fieldsOf(value: unknown): JsonFields {
  return typeof value === 'object' && value !== null ? (value as JsonFields) : {};
}
