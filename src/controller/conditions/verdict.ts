import type { Problem, ProblemReason } from '../../policy/problem.ts';
import type { Outcome } from './outcome.ts';

/** What is wrong with one document, sorted by the condition that it belongs to. */
export interface Verdict {
  readonly errors: readonly Problem[];
  /** What it refers to is not there, or is not for it. */
  readonly references: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly isStale: boolean;
  readonly nack: string | undefined;
}

/** Of every document that is in force as it is written. */
export const nothingWrong: Verdict = { errors: [], references: [], warnings: [], isStale: false, nack: undefined };

/** Gateway API tells these by ResolvedRefs, and a route that has them is accepted all the same. */
const referenceReasons: ReadonlySet<ProblemReason> = new Set([
  'RefNotPermitted',
  'InvalidKind',
  'BackendNotFound',
  'InvalidBackend',
  'UnsupportedProtocol',
  'InvalidCertificateRef',
  'ProviderNotFound',
  'ApiKeyNotFound',
  'GatewayNotFound',
  'SecretNotFound',
  'ConfigMapNotFound',
]);

/** The verdicts of all documents, to be asked one by one. */
export function createJudge(outcome: Outcome): (id: string) => Verdict {
  const byDocument = Map.groupBy(outcome.problems, ({ document }) => document);
  return (id) => {
    const problems = byDocument.get(id) ?? [];
    if (problems.length === 0 && !outcome.isStale(id) && !outcome.nacks.has(id)) return nothingWrong;
    const wrong = problems.filter(({ severity }) => severity === 'error');
    return {
      errors: wrong.filter((problem) => !isReference(problem)),
      references: wrong.filter(isReference),
      warnings: problems.filter(({ severity }) => severity === 'warning'),
      isStale: outcome.isStale(id),
      nack: outcome.nacks.get(id),
    };
  };
}

function isReference({ reason }: Problem): boolean {
  return reason !== undefined && referenceReasons.has(reason);
}
