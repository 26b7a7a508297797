import { getOrCreate } from '../../lib/get-or-create.ts';

/**
 * Remembers what was built from a document, so that an unchanged document gives the identical object and everything
 * behind it (encoding, hashing, comparing) is skipped. `signature` stands for whatever else the result depends on.
 */
const remembered = new WeakMap<object, Map<string, { readonly signature: string; readonly value: object }>>();

export function memo<T extends object>(document: object, part: string, signature: string, build: () => T): T {
  const parts = getOrCreate(remembered, document, () => new Map());
  const known = parts.get(part);
  // The cast is safe as long as one part name is built by one caller, which is what the name is for.
  if (known?.signature === signature) return known.value as T;
  const value = build();
  parts.set(part, { signature, value });
  return value;
}
