import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { NotFoundReason } from '../../../policy/problem.ts';
import type { BuildContext } from '../context.ts';

interface Wanted {
  readonly name: string;
  readonly key: string;
  /** The only entry is meant, whatever it is called. */
  readonly orOnlyOne: boolean;
  readonly reason?: NotFoundReason;
}

/** An entry of a ConfigMap of the document's namespace; nothing after saying why. */
export function configMapText(
  document: PolicyDocument,
  path: string,
  { name, key, orOnlyOne, reason = 'ConfigMapNotFound' }: Wanted,
  context: BuildContext,
): string | undefined {
  const { namespace } = document;
  const entries = context.surroundings.configMap(namespace, name);
  const called = `ConfigMap "${qualifiedName(namespace, name)}"`;
  if (entries === undefined) {
    context.reject(document, path, `${called} does not exist`, 'add it, or check the name', reason);
    return undefined;
  }
  const [only, ...others] = entries.values();
  const text = entries.get(key) ?? (orOnlyOne && others.length === 0 ? only : undefined);
  if (text !== undefined && text !== '') return text;
  context.reject(document, path, `${called} holds nothing under ${key}`, `put it under ${key}`, reason);
  return undefined;
}
