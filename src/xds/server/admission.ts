import { status } from '@grpc/grpc-js';
import { err, ok, type Result } from '../../lib/result.ts';
import type { XdsNode } from './client.ts';
import type { Peer } from './peer.ts';

export interface AdmissionRules {
  /** Which group's state a client is to get; an error turns it away with that text. */
  groupOf(node: XdsNode): Result<string>;
  /** Whether this version of Envoy understands what is sent. An error says which does. */
  acceptsEnvoy?(version: string): Result<unknown>;
  /**
   * Whether a client with this certificate may have this group's state: it holds the secrets of that group. The error
   * says who may. Without the rule everyone may who got so far.
   */
  mayAsk?(peer: Peer | undefined, group: string): Result<unknown>;
}

export interface TurnedAway {
  readonly code: status;
  readonly text: string;
}

/**
 * Whether a client is served, and as a member of which group. An Envoy that does not know what we send is told so in a
 * sentence, instead of by a storm of refusals that no one can read.
 */
export function admit(node: XdsNode, peer: Peer | undefined, rules: AdmissionRules): Result<string, TurnedAway> {
  if (node.id === '') {
    return err({
      code: status.INVALID_ARGUMENT,
      text: 'The first request of a stream must carry a node with an id (in Envoy: `node.id` of the bootstrap).',
    });
  }
  if (node.userAgent === 'envoy' && node.version !== undefined) {
    const accepted = rules.acceptsEnvoy?.(node.version) ?? ok(undefined);
    if (!accepted.ok) return err({ code: status.FAILED_PRECONDITION, text: accepted.error });
  }
  const group = rules.groupOf(node);
  if (!group.ok) return err({ code: status.NOT_FOUND, text: group.error });
  const permitted = mayAsk(rules, peer, group.value);
  return permitted.ok ? group : err({ code: status.PERMISSION_DENIED, text: permitted.error });
}

/** Whether who shows this certificate may know of a group what its clients are told, and how they stand. */
export function mayAsk(rules: AdmissionRules, peer: Peer | undefined, group: string): Result<unknown> {
  return rules.mayAsk?.(peer, group) ?? ok(undefined);
}
