import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { BuildContext } from '../context.ts';

/** An entry of a ConfigMap, or its only one; nothing after saying why. */
export function configMapText(
  document: PolicyDocument,
  path: string,
  name: string,
  entry: string,
  context: BuildContext,
): string | undefined {
  const { namespace } = document;
  const entries = context.surroundings.configMap(namespace, name);
  const called = `ConfigMap "${qualifiedName(namespace, name)}"`;
  if (entries === undefined) {
    context.reject(document, path, `${called} does not exist`, 'add it, or check the name', 'BackendNotFound');
    return undefined;
  }
  const [only, ...others] = entries.values();
  const text = entries.get(entry) ?? (others.length === 0 ? only : undefined);
  if (text !== undefined && text !== '') return text;
  const message = `${called} holds nothing under ${entry}`;
  context.reject(document, path, message, `put it under ${entry}`, 'BackendNotFound');
  return undefined;
}
