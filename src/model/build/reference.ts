import { qualifiedName } from '../../policy/document-id.ts';

/** What a document means by `openai`, or by `shared/openai`, which says its namespace. */
export function reference(written: string, namespace: string): string {
  const slash = written.indexOf('/');
  return slash < 0
    ? qualifiedName(namespace, written)
    : qualifiedName(written.slice(0, slash), written.slice(slash + 1));
}
