import type { ControlPlane } from '../../control-plane.ts';
import type { Connected } from '../../rollout/reach.ts';
import { type AcceptedVersion, isRefusedVersion, type RefusedVersion } from '../../rollout/refused-version.ts';
import type { Account } from './account.ts';

/** One of the other replicas, as far as it is known. */
export interface Replica {
  /** Where it is, as people may look for it. */
  readonly address: string;
  /** What it said last. */
  readonly account?: Account;
  /**
   * It has not answered for too long. Before that what it said last still counts: that its clients have accepted what
   * is wanted stays true, and of what has changed since it has said nothing.
   */
  readonly isSilent: boolean;
}

/** How the clients of other replicas stand, in the same words as our own. */
export interface Elsewhere {
  readonly clients: readonly Connected[];
  readonly nacksElsewhere: ReadonlyMap<string, string>;
  readonly refused: readonly RefusedVersion[];
  readonly accepted: readonly AcceptedVersion[];
  readonly silent: readonly string[];
}

/**
 * A replica that has read something else, or has not handed everything out, has no client that has accepted what we
 * speak of. A refusal counts as long as what was refused is what we want in force, be it that nobody answers there now.
 */
export function elsewhereOf(replicas: readonly Replica[], policy: string, desired: ControlPlane['desired']): Elsewhere {
  const nacks = new Map<string, string>();
  for (const { gateway, typeUrl, name, version, text } of replicas.flatMap(({ account }) => account?.refusals ?? [])) {
    const resource = desired(gateway, typeUrl, name);
    if (resource?.version !== version) continue;
    for (const id of resource.origins) nacks.set(id, text);
  }
  return {
    clients: replicas.flatMap(({ account, isSilent }) => (account && !isSilent ? clientsOf(account, policy) : [])),
    nacksElsewhere: nacks,
    refused: replicas.flatMap(({ account }) => account?.refusals ?? []).filter(isRefusedVersion),
    accepted: replicas.flatMap(({ account }) => account?.accepted ?? []),
    silent: replicas.filter(({ isSilent }) => isSilent).map(({ address }) => address),
  };
}

function clientsOf({ policy, isPublished, clients }: Account, ours: string): readonly Connected[] {
  const isSame = isPublished && policy === ours;
  return isSame ? clients : clients.map((client) => ({ ...client, isInSync: false }));
}

/** Whether nothing more is expected of those that answer. */
export function areSettled(replicas: readonly Replica[], policy: string): boolean {
  return replicas.every(
    ({ account, isSilent }) =>
      isSilent || account === undefined || clientsOf(account, policy).every(({ isInSync }) => isInSync),
  );
}
