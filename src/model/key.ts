import type { Origins } from './origins.ts';

export interface ApiKey {
  readonly name: string;
  /** SHA-256 of the secret, lower-case hex. */
  readonly sha256: string;
  readonly user: string;
  readonly team: string;
  readonly project: string;
  /** Of its document, sorted by name. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly allowModels: readonly string[];
  readonly denyModels: readonly string[];
  readonly expiresAtMs?: number;
  readonly isEnabled: boolean;
  readonly credentials: readonly OwnCredential[];
  readonly origins: Origins;
}

/** Bring your own key: used with this provider instead of the provider's own credential. */
export interface OwnCredential {
  readonly provider: string;
  readonly header: string;
  readonly prefix: string;
  /** Name of an `opaque` secret. */
  readonly secret: string;
}
