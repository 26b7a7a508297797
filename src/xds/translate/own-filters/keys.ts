import { ApiKeyAuthSchema } from '../../../gen/envoy/extensions/filters/http/api_key_auth/v3/api_key_auth_pb.js';
import type { KeyFilter } from '../../../model/own-filter.ts';
import type { Secret } from '../../../model/secret.ts';
import { type Extension, extension } from '../extension.ts';

/** Keys of ordinary services. `secrets` by name; a client whose key is not there is nobody. */
export function keyFilter(filter: KeyFilter, secrets: ReadonlyMap<string, Secret>): Extension {
  const { name, clients, headers, clientHeader, hidesKey } = filter;
  return extension(name, ApiKeyAuthSchema, {
    credentials: clients.flatMap(({ client, secret }) => {
      const found = secrets.get(secret);
      return found?.kind === 'opaque' ? [{ client, key: found.value }] : [];
    }),
    keySources: headers.map((header) => ({ header })),
    forwarding: { hideCredentials: hidesKey, ...(clientHeader !== undefined && { header: clientHeader }) },
  });
}
