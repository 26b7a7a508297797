import { contentVersion } from '../../../lib/hash.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { BackendReference } from '../../../policy/gateway-api/object-reference.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuildContext } from '../context.ts';
import {
  type BackendDocument,
  type BackendTlsDocument,
  byTarget,
  type Named,
  named,
  type Targeting,
} from '../documents.ts';
import { memo } from '../memo.ts';
import { locateBackend } from './location.ts';
import { wouldBePlainText } from './plain-text.ts';
import { buildTls } from './tls.ts';

/** Everything that says how backends are reached. */
export interface BackendDocuments {
  readonly backends: Named<BackendDocument>;
  readonly tls: ReadonlyMap<string, readonly Targeting<BackendTlsDocument>[]>;
}

export function backendDocuments(documents: readonly PolicyDocument[]): BackendDocuments {
  return { backends: named(documents, 'Backend'), tls: byTarget(named(documents, 'BackendTLSPolicy').all) };
}

/**
 * The backend that an ordinary route names, or nothing after saying why there is none. Its cluster is named by how it is
 * reached: whatever changes in that is another cluster, and made before the old one is broken.
 */
export function serviceBackend(
  document: PolicyDocument,
  path: string,
  ref: BackendReference,
  { backends, tls: policies }: BackendDocuments,
  context: BuildContext,
  /** Absent: as whatever describes the backend says. */
  spoken: { readonly protocol?: 'http2' } = {},
): ServiceBackend | undefined {
  const located = locateBackend(document, path, ref, backends, context);
  if (located === undefined) return undefined;
  const location = { ...located, isPlainHttp2: located.isPlainHttp2 || spoken.protocol === 'http2' };
  const { kind, namespace, name, port } = location.target;
  const place = JSON.stringify([kind, namespace, name, port, location.addresses, location.isPlainHttp2]);
  const cluster = `service/${namespace}/${name}@${contentVersion(place).slice(0, 8)}`;
  const tls = buildTls(location, policies, cluster, context);
  if (tls === undefined || wouldBePlainText(document, path, location, tls, context)) return undefined;
  for (const secret of tls.secrets) context.keep(secret);
  const origins = [...new Set([document.id, ...(location.backend ? [location.backend.id] : []), ...tls.origins])];
  const signature = JSON.stringify([cluster, tls.tls, origins, tls.decisions]);
  return memo(
    document,
    `service ${path}`,
    signature,
    (): ServiceBackend => ({
      cluster,
      endpoints: location.addresses.map(({ host, port: number }) => ({ host, port: number })),
      protocol: location.isPlainHttp2 ? 'http2' : 'http1',
      ...(tls.tls && { tls: tls.tls }),
      ...(tls.decisions.length > 0 && { decisions: tls.decisions }),
      origins,
    }),
  );
}
