import type { GatewayDocument, PolicyDocument } from '../../policy/document.ts';

/** A Gateway of which an older version is in force. */
export interface HeldGateway {
  readonly written: GatewayDocument;
  readonly inForce: GatewayDocument;
}

/**
 * Gateways as their pods serve them: one that they refuse as it is written keeps the listeners that it had, so that its
 * Service has no port behind which nobody listens, and keeps those behind which somebody does.
 */
export interface ServedGateways {
  /** What is known now; nothing, while that is not judged. Whether it is something else than before. */
  follow(held: readonly HeldGateway[] | undefined): boolean;
  /** What is written anew counts as it is written, until it is judged. */
  served(documents: Iterable<PolicyDocument>): readonly PolicyDocument[];
}

export function createServedGateways(): ServedGateways {
  let known: ReadonlyMap<string, HeldGateway> = new Map();
  return {
    follow(held) {
      if (held === undefined) return false;
      const before = versionsOf(known);
      known = new Map(held.map((each) => [each.written.id, each]));
      return versionsOf(known) !== before;
    },
    served: (documents) => Array.from(documents, (document) => servedBy(document, known.get(document.id))),
  };
}

function servedBy(document: PolicyDocument, held: HeldGateway | undefined): PolicyDocument {
  if (document.kind !== 'Gateway' || document.hash !== held?.written.hash) return document;
  return { ...document, spec: { ...document.spec, listeners: held.inForce.spec.listeners } };
}

function versionsOf(held: ReadonlyMap<string, HeldGateway>): string {
  return Array.from(held.values(), ({ written, inForce }) => `${written.id} ${written.hash} ${inForce.hash}`).join();
}
