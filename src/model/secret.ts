/** A resolved secret. Never printed: dumps show its name and kind. */
export type Secret =
  | { readonly name: string; readonly kind: 'opaque'; readonly value: string }
  | { readonly name: string; readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: string }
  | { readonly name: string; readonly kind: 'trustedCa'; readonly certificates: string }
  | AwsKey;

export interface AwsKey extends AwsKeyPair {
  readonly name: string;
  readonly kind: 'awsKey';
}

/** Signs requests, and never leaves with them. */
export interface AwsKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with keys that are good for a while only. */
  readonly sessionToken?: string;
}
