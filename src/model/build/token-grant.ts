/** What an access token is given out for. Holds secrets. */
export type TokenGrant = GoogleServiceAccount | GoogleFederation | EntraClientSecret | EntraFederation;

/** The key file of a service account (RFC 7523). */
export interface GoogleServiceAccount {
  readonly kind: 'googleServiceAccount';
  readonly tokenUri: string;
  readonly clientEmail: string;
  readonly privateKeyId?: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A provider of a pool of identities of Google Cloud, which trusts an issuer (RFC 8693). */
export interface GoogleFederation {
  readonly kind: 'googleFederation';
  /** Full name of the provider. */
  readonly audience: string;
  /** Address of an account that is acted for. */
  readonly serviceAccount?: string;
  readonly client: OidcClient;
}

/** An application of Microsoft Entra (RFC 6749 section 4.4). */
export interface EntraClientSecret {
  readonly kind: 'entraClientSecret';
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An application of Microsoft Entra that trusts an issuer (RFC 7523). */
export interface EntraFederation {
  readonly kind: 'entraFederation';
  readonly tenant: string;
  readonly clientId: string;
  readonly client: OidcClient;
}

/** A role of AWS that is taken on with the token of somebody else. */
export interface AwsRole {
  readonly region: string;
  readonly roleArn: string;
  /** How it is called in the records of AWS. */
  readonly sessionName: string;
  readonly client: OidcClient;
}

/** Who shows a secret to an OpenID provider, for a token that says who it is (RFC 6749 section 4.4). */
export interface OidcClient {
  readonly issuer: string;
  /** Found out from the issuer if absent. */
  readonly tokenEndpoint?: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** None: those that the issuer names. */
  readonly scopes: readonly string[];
  /** RFC 8707. */
  readonly resources: readonly string[];
  readonly audience?: string;
}

/** What is known of a token, or of a key that is good for a while. */
export interface KnownToken<Value = string> {
  /** One that is good now. */
  readonly value?: Value;
  /** Why there is none, or no newer one, in words that hold nothing secret. */
  readonly trouble?: string;
}
