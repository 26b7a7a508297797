/** A resolved secret. Never printed: dumps show its name and kind. */
export type Secret =
  | { readonly name: string; readonly kind: 'opaque'; readonly value: string }
  | { readonly name: string; readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: string }
  | { readonly name: string; readonly kind: 'trustedCa'; readonly certificates: string };
