import type { PolicyDocument } from '../../policy/document.ts';

/**
 * What of a cluster's documents is for this controller. Several controllers share a cluster: a Gateway belongs to the one
 * that its class names, and to us everything else that is not about Gateways.
 */
export function oursOnly(documents: readonly PolicyDocument[], controllerName: string): readonly PolicyDocument[] {
  const classes = new Set(
    documents.flatMap((document) =>
      document.kind === 'GatewayClass' && document.spec.controllerName === controllerName ? [document.name] : [],
    ),
  );
  return documents.filter((document) => {
    if (document.kind === 'GatewayClass') return classes.has(document.name);
    return document.kind !== 'Gateway' || classes.has(document.spec.gatewayClassName ?? '');
  });
}
