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

/** Why something does not work although it may be well written; the words that Gateway API uses in conditions. */
export type ProblemReason =
  | 'Invalid'
  | 'UnsupportedValue'
  | 'RefNotPermitted'
  | 'InvalidKind'
  | 'BackendNotFound'
  | 'InvalidCertificateRef'
  /** A word of our own: Gateway API has one only for Secrets with certificates. */
  | 'SecretNotFound'
  /** Likewise: an egress pod did not take what was made of it. */
  | 'Refused'
  | 'TargetNotFound'
  | 'Conflicted'
  | 'NoMatchingParent'
  | 'NoMatchingListenerHostname'
  /** Of our own again: a policy for it is there, and is wrong. */
  | 'InvalidPolicy'
  /** Of our own again, though others say it as well: the listener that a route leads to is there, and is wrong. */
  | 'InvalidListener'
  | 'NotAllowedByListeners';

/** One line for people: `providers.yaml:4: Provider/openai: spec.network "pubic" is not … — write public`. */
export function problemText(problem: Problem): string {
  const { source, document, path, message, remedy } = problem;
  const where = [source, document].filter((part) => part !== '').join(': ');
  return `${where}: ${path === '' ? '' : `${path} `}${message} — ${remedy}`;
}
