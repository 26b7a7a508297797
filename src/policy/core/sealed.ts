import { sha256Hex } from '../../lib/hash.ts';

/**
 * A secret in a document. Whatever prints, logs or serialises documents meets its hash, so that a change of the secret is
 * a change of the document all the same.
 */
export interface Sealed {
  readonly reveal: () => string;
  readonly toJSON: () => string;
}

export function sealed(secret: string): Sealed {
  return Object.freeze({ reveal: () => secret, toJSON: () => `sha256:${sha256Hex(secret)}` });
}
