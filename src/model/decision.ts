/**
 * Who decides what several documents may say, for `sluice explain`. Written down where it is decided, so that the answer
 * cannot be another one than what is in force.
 */

/** Where a policy is attached, the weakest first: what is closer to the backend knows more about the request. */
export const policyLevels = ['gateway', 'listener', 'route', 'rule', 'backend'] as const;
export type PolicyLevel = (typeof policyLevels)[number];

/** Everything that more than one place can say. A test walks through the places of each. */
export const decidedFields = [
  'clientCertificates',
  'minVersion',
  'maxVersion',
  'ciphers',
  'ecdhCurves',
  'signatureAlgorithms',
  'alpnProtocols',
  'maxBodySize',
  'store',
  'cors',
  'keys',
  'tokens',
  'lua',
  'processor',
  'wasm',
  'cost',
  'rateLimit',
  'requestTimeout',
  'retry',
  'attemptTimeout',
  'streamIdleTimeout',
  'tls.serverName',
  'tls.signers',
  'tls.subjectNames',
  'tls.clientCertificate',
  'credential',
  'header',
  'body',
] as const;
export type DecidedField = (typeof decidedFields)[number];

/** What one document says of a field. */
export interface Said {
  /** Id of the document. */
  readonly origin: string;
  readonly level: PolicyLevel;
  /** What the document calls the field, within its spec. */
  readonly path: string;
  /** For people. Secrets are named, never shown. */
  readonly value: string;
}

export interface Decision {
  readonly field: DecidedField;
  /** Which one, where there are several: a header, a member of the body, a cost. */
  readonly name?: string;
  /** What is in force. */
  readonly by: Said;
  /** What others say in vain, the closest first. */
  readonly over: readonly Said[];
}

/** `said`: the closest first. Nothing where nobody says anything. */
export function decided(field: DecidedField, said: readonly Said[], name?: string): readonly Decision[] {
  const [by, ...over] = said;
  return by === undefined ? [] : [{ field, ...(name !== undefined && { name }), by, over }];
}
