/** What an access token is given out for. Holds secrets. */
export type TokenGrant = GoogleServiceAccount | EntraClientSecret;

/** The key file of a service account (RFC 7523). */
export interface GoogleServiceAccount {
  readonly kind: 'googleServiceAccount';
  readonly tokenUri: string;
  readonly clientEmail: string;
  readonly privateKeyId?: string;
  /** PEM. */
  readonly privateKey: string;
}

/** An application of Microsoft Entra (RFC 6749 section 4.4). */
export interface EntraClientSecret {
  readonly kind: 'entraClientSecret';
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What is known of a token. */
export interface KnownToken {
  /** One that is good now. */
  readonly value?: string;
  /** Why there is none, or no newer one, in words that hold nothing secret. */
  readonly trouble?: string;
}
