import type { PolicyDocument } from '../../policy/document.ts';
import { kinds } from '../../policy/kinds.ts';
import type { Problem, ProblemReason } from '../../policy/problem.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { Secret } from '../secret.ts';
import { type Grant, isGranted, type Place } from './grants/grants.ts';
import { mayReferTo } from './grants/permission.ts';
import type { Surroundings } from './surroundings.ts';

/** What every part of the build may do besides returning its part: say what is wrong, and look up secrets. */
export interface BuildContext {
  readonly surroundings: Surroundings;
  reject(document: PolicyDocument, path: string, message: string, remedy: string, reason?: ProblemReason): void;
  warn(document: PolicyDocument, path: string, message: string, remedy: string, reason?: ProblemReason): void;
  /** Whether the document may refer to this, which may live in another namespace. */
  isGranted(from: PolicyDocument, to: Place & { readonly name: string }): boolean;
  /** The secret's value, or nothing after saying why. */
  resolve(document: PolicyDocument, path: string, source: SecretSource): string | undefined;
  keep(secret: Secret): void;
}

export function createContext(
  surroundings: Surroundings,
  grants: readonly Grant[],
): {
  readonly context: BuildContext;
  readonly problems: Problem[];
  readonly secrets: Secret[];
} {
  const problems: Problem[] = [];
  // A policy that is for several Gateways says what is wrong with it once.
  const said = new Set<string>();
  const secrets: Secret[] = [];
  const report =
    (severity: Problem['severity']): BuildContext['reject'] =>
    (document, path, message, remedy, reason) => {
      const { source, id } = document;
      const key = [id, severity, path, message].join('\n');
      if (said.has(key)) return;
      said.add(key);
      problems.push({ severity, source, document: id, path, message, remedy, ...(reason && { reason }) });
    };
  const reject = report('error');
  const context: BuildContext = {
    surroundings,
    isGranted: (from, to) => isGranted(grants, placeOf(from), to),
    reject,
    warn: report('warning'),
    resolve(document, path, source) {
      const reference = 'secretKeyRef' in source ? source.secretKeyRef : undefined;
      if (reference?.namespace !== undefined) {
        const { name, namespace } = reference;
        if (!mayReferTo(document, path, { group: '', kind: 'Secret', namespace, name }, context)) return undefined;
      }
      const secret = surroundings.resolve(source, document);
      if (secret.ok) return secret.value;
      reject(document, path, secret.error, 'provide it, or change where the document looks for it', 'SecretNotFound');
      return undefined;
    },
    keep: (secret) => {
      secrets.push(secret);
    },
  };
  return { context, problems, secrets };
}

function placeOf({ kind, namespace }: PolicyDocument): Place {
  return { group: kinds[kind].group, kind, namespace };
}
