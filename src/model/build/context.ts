import type { Result } from '../../lib/result.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { Problem } from '../../policy/problem.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { Secret } from '../secret.ts';

/** Reads a secret where the document says it is. The text of a failure never holds the secret. */
export type ResolveSecret = (source: SecretSource, folder: string) => Result<string>;

/** What every part of the build may do besides returning its part: say what is wrong, and look up secrets. */
export interface BuildContext {
  reject(document: PolicyDocument, path: string, message: string, remedy: string): void;
  warn(document: PolicyDocument, path: string, message: string, remedy: string): void;
  /** The secret's value, or nothing after saying why. */
  resolve(document: PolicyDocument, path: string, source: SecretSource): string | undefined;
  keep(secret: Secret): void;
}

export function createContext(resolveSecret: ResolveSecret): {
  readonly context: BuildContext;
  readonly problems: Problem[];
  readonly secrets: Secret[];
} {
  const problems: Problem[] = [];
  const secrets: Secret[] = [];
  const report =
    (severity: Problem['severity']): BuildContext['reject'] =>
    (document, path, message, remedy) => {
      problems.push({ severity, source: document.source, document: document.id, path, message, remedy });
    };
  const reject = report('error');
  const context: BuildContext = {
    reject,
    warn: report('warning'),
    resolve(document, path, source) {
      const secret = resolveSecret(source, document.folder);
      if (secret.ok) return secret.value;
      reject(document, path, secret.error, 'provide it, or change where the document looks for it');
      return undefined;
    },
    keep: (secret) => {
      secrets.push(secret);
    },
  };
  return { context, problems, secrets };
}
