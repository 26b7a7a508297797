import { contentVersion } from '../../../lib/hash.ts';
import type { GatewayPolicyDocument } from '../../../policy/document.ts';
import type { Endpoint } from '../../../policy/endpoint.ts';
import type { ExtProcExtension } from '../../../policy/extension/ext-proc.ts';
import type { SecretSource } from '../../../policy/secret-source.ts';
import type { ServiceBackend } from '../../service.ts';
import { type BackendDocuments, serviceBackend } from '../backend/service.ts';
import { authority } from '../certificates/authorities.ts';
import type { BuildContext } from '../context.ts';
import type { BuiltFilter } from '../own-filters/built-filters.ts';
import { processorFilter } from '../own-filters/processor.ts';

export function buildProcessor(
  document: GatewayPolicyDocument,
  path: string,
  name: string,
  spec: ExtProcExtension,
  known: BackendDocuments,
  context: BuildContext,
): BuiltFilter | undefined {
  const backend = backendOf(document, path, name, spec, known, context);
  if (backend === undefined) return undefined;
  const { messageTimeout, onFailure, request, response } = spec;
  return processorFilter(document, name, backend, {
    isListed: true,
    messageTimeoutMs: messageTimeout,
    isOptional: onFailure === 'open',
    ...(request && { request }),
    ...(response && { response }),
    mayChangeMode: false,
    readableMetadata: [],
    writableMetadata: [],
  });
}

/** The schema sees to it that one of the two is there. */
function backendOf(
  document: GatewayPolicyDocument,
  path: string,
  name: string,
  { endpoint, serviceRef, ca }: ExtProcExtension,
  known: BackendDocuments,
  context: BuildContext,
): ServiceBackend | undefined {
  if (endpoint !== undefined) return endpointBackend(document, path, name, endpoint, ca, context);
  if (serviceRef === undefined) return undefined;
  const ref = { group: '', kind: 'Service', ...serviceRef };
  return serviceBackend(document, `${path}.serviceRef`, ref, known, context, { protocol: 'http2' });
}

function endpointBackend(
  document: GatewayPolicyDocument,
  path: string,
  name: string,
  { url, protocol, host, port }: Endpoint,
  ca: SecretSource | undefined,
  context: BuildContext,
): ServiceBackend | undefined {
  const secret = `${document.id}/${name}/ca`;
  if (ca !== undefined) {
    const certificates = authority(document, `${path}.ca`, ca, context);
    if (certificates === undefined) return undefined;
    context.keep({ name: secret, kind: 'trustedCa', certificates });
  }
  const place = JSON.stringify([url, ca === undefined ? '' : secret]);
  return {
    // Whatever changes in how it is reached is another cluster, and made before the old one is broken.
    cluster: `processor/${host}:${port}@${contentVersion(place).slice(0, 8)}`,
    endpoints: [{ host, port }],
    protocol: 'http2',
    ...(protocol === 'https' && { tls: { serverName: host, ...(ca !== undefined && { ca: secret }) } }),
    origins: [document.id],
  };
}
