import type { PolicyDocument } from '../../../policy/document.ts';
import type { FetchedFile } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuildContext } from '../context.ts';

/** Something that Envoy fetches from an address, and the cluster by which it does; nothing after saying why. */
export function fetchedFile(
  document: PolicyDocument,
  path: string,
  url: string,
  context: BuildContext,
): { readonly file: FetchedFile; readonly backend: ServiceBackend } | undefined {
  const address = URL.parse(url);
  if (address === null) {
    context.reject(document, path, 'is not an address', 'write one such as https://files.example.com/name');
    return undefined;
  }
  const isSecure = address.protocol === 'https:';
  // An address of IPv6 stands in brackets.
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const port = Number(address.port) || (isSecure ? 443 : 80);
  const cluster = `fetch/${address.protocol}//${address.hostname}:${port}`;
  return {
    file: { url, cluster },
    backend: {
      cluster,
      endpoints: [{ host, port }],
      protocol: 'http1',
      ...(isSecure && { tls: { serverName: host } }),
      origins: [document.id],
    },
  };
}
