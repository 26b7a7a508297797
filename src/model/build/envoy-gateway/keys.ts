import type { ApiKeyAuth } from '../../../policy/envoy-gateway/api-key-auth.ts';
import { clientKeys } from '../ai-gateway/keys.ts';
import type { BuildContext } from '../context.ts';
import type { SecurityDocument } from '../documents.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';

/** Keys of those who call ordinary services. Where one of the Secrets is missing, those that are there still count. */
export function buildKeys(document: SecurityDocument, spec: ApiKeyAuth, context: BuildContext): BuiltFilters {
  const name = `${document.id}/keys`;
  const clients = clientKeys(document, context).map((key) => {
    const secret = `${name}/${key.name}`;
    context.keep({ name: secret, kind: 'opaque', value: key.value });
    return { client: key.client, secret };
  });
  if (clients.length === 0) return 'unusable';
  return {
    filters: [
      {
        kind: 'keys',
        name,
        clients,
        headers: [...new Set(spec.extractFrom.flatMap(({ headers }) => headers))],
        ...(spec.forwardClientIDHeader !== undefined && { clientHeader: spec.forwardClientIDHeader }),
        hidesKey: spec.sanitize === true,
        origins: [document.id],
      },
    ],
    backends: [],
  };
}
