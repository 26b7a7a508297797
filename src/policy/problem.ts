/** What is wrong with a document, and what to do about it. Never holds a secret. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** `file:line` */
  readonly source: string;
  /** `Model/small`, or `document 3` of its file where the name could not be read. */
  readonly document: string;
  /** `spec.targets[0].weight`; empty: the document as a whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
  /** Absent: what is written is wrong by itself. */
  readonly reason?: ProblemReason;
}

/** What is named is not there. Gateway API has the first two words; the others are of our own. */
const notFound = [
  'BackendNotFound',
  'TargetNotFound',
  'ProviderNotFound',
  'ApiKeyNotFound',
  'GatewayNotFound',
  'SecretNotFound',
  'ConfigMapNotFound',
] as const;

export type NotFoundReason = (typeof notFound)[number];

/** Why something does not work although it may be well written; the words that Gateway API uses in conditions. */
export type ProblemReason =
  | NotFoundReason
  | 'Invalid'
  /** Filters of one rule that cannot be had together. */
  | 'IncompatibleFilters'
  /** What a backend speaks is nothing that a gateway can speak. */
  | 'UnsupportedProtocol'
  | 'UnsupportedValue'
  | 'RefNotPermitted'
  | 'InvalidKind'
  | 'InvalidCertificateRef'
  /** Nobody is known who may sign the certificates of the other side. */
  | 'NoValidCACertificate'
  /** Of our own: an egress pod did not take what was made of it. */
  | 'Refused'
  | 'Conflicted'
  | 'NoMatchingParent'
  | 'NoMatchingListenerHostname'
  /** Of our own again: a policy for it is there, and is wrong. */
  | 'InvalidPolicy'
  /** Of our own again, though others say it as well: the listener that a route leads to is there, and is wrong. */
  | 'InvalidListener'
  /** Likewise: the backend is there, and is of no use. */
  | 'InvalidBackend'
  | 'NotAllowedByListeners'
  /** Of our own: a selector of namespaces selects none. */
  | 'NoMatchingNamespace'
  /** The parameters that a Gateway or its class names are not there. */
  | 'InvalidParameters';

/** That is so whatever else is wrong with the document. */
export function refersToNothing({ reason }: Problem): boolean {
  return notFound.some((each) => each === reason);
}
