import { isDeepStrictEqual } from 'node:util';
import { contentVersion } from '../lib/hash.ts';
import { memo } from '../model/build/memo.ts';
import type { GatewayDocument } from '../policy/document.ts';
import type { Problem } from '../policy/problem.ts';

/**
 * A Gateway as it is written, but for certificates that cannot be had: there those that it had earlier stay, so that a
 * wrong name in one listener closes no port, and holds up nothing else of what is written. The document itself, where it
 * had none.
 */
export function withEarlierCertificates(
  document: GatewayDocument,
  earlier: GatewayDocument,
  problems: readonly Problem[],
): GatewayDocument {
  const signature = [earlier.hash, ...problems.map(({ path, reason }) => `${path} ${reason}`)].join('\n');
  return memo(document, 'with earlier certificates', signature, () => {
    const listeners = document.spec.listeners.map((listener) => {
      const { tls } = earlier.spec.listeners.find(({ name }) => name === listener.name) ?? {};
      const path = `spec.listeners[${listener.position}].`;
      // Without those who may sign, its own certificates are not at fault.
      const isAtFault = problems.some((each) => each.path.startsWith(path) && each.reason !== 'NoValidCACertificate');
      return isAtFault && tls !== undefined && listener.tls !== undefined ? { ...listener, tls } : listener;
    });
    const isFrontendAtFault = problems.some(({ path }) => path.startsWith('spec.tls.frontend.'));
    const tls = isFrontendAtFault && hasTheSameDoors(document, earlier) ? earlier.spec.tls : document.spec.tls;
    const spec = { ...document.spec, listeners, tls };
    if (isDeepStrictEqual(spec, document.spec)) return document;
    return { ...document, spec, hash: contentVersion(`${document.hash}\n${signature}`) };
  });
}

/** Who may sign is said by port, and perhaps nobody had to: on a listener that is new, that would let everybody in. */
function hasTheSameDoors(document: GatewayDocument, earlier: GatewayDocument): boolean {
  const known = secureDoors(earlier);
  return [...secureDoors(document)].every((door) => known.has(door));
}

function secureDoors({ spec }: GatewayDocument): ReadonlySet<string> {
  return new Set(spec.listeners.flatMap(({ port, hostname, tls }) => (tls ? [`${port} ${hostname ?? ''}`] : [])));
}
