import { combinedVersion } from '../../../lib/hash.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import type { ControlPlane } from '../../control-plane.ts';
import { type Connected, connectedOf } from '../../rollout/reach.ts';
import type { Refusal } from '../../rollout/refusal.ts';
import {
  type AcceptedVersion,
  clientKind,
  type RefusedVersion,
  refusedVersion,
} from '../../rollout/refused-version.ts';
import type { KubernetesState } from '../../sources/kubernetes/judge.ts';

/** What a replica says of its clients to the one that writes status. Nothing secret is in it. */
export interface Account {
  /** Its identity. */
  readonly replica: string;
  /** Version of what it has read and judged; empty before. */
  readonly policy: string;
  /** All that follows from it has been handed out to the end. */
  readonly isPublished: boolean;
  readonly clients: readonly Connected[];
  /** What clients refuse of a kind that is connected: what is only known here from others is not told again. */
  readonly refusals: readonly AccountedRefusal[];
  /** Of what counts as refused for all replicas, what its clients have in force. */
  readonly accepted?: readonly AcceptedVersion[];
}

/** The version is that of the content, equal on all replicas. A replica of an older version says less. */
export type AccountedRefusal = Omit<RefusedVersion, 'by' | 'documents'> & Partial<RefusedVersion>;

export const accountPath = '/clients';

export function accountOf(
  replica: string,
  plane: Pick<ControlPlane, 'judged' | 'clients' | 'refusals' | 'accepted'>,
  state: KubernetesState,
): Account {
  const judgement = plane.judged();
  const isJudged = judgement?.revision === state.revision;
  const clients = plane.clients();
  const isConnected = (gateway: string, { by }: Refusal): boolean =>
    clients.some(({ group, node }) => group === gateway && by.includes(clientKind(node)));
  return {
    replica,
    policy: isJudged ? policyVersion(state) : '',
    isPublished: isJudged && judgement.isPublished,
    clients: clients.map(connectedOf),
    refusals: [...plane.refusals()].flatMap(([gateway, refusals]) =>
      refusals.filter((each) => isConnected(gateway, each)).map((each) => refusedVersion(gateway, each)),
    ),
    accepted: plane.accepted(),
  };
}

const versions = new WeakMap<KubernetesState, string>();

/**
 * Two replicas that have read the same have the same version: of an object that was made anew, not of the one before it,
 * since it is younger. Of an object that is wrong only the generation counts:
 * what stands in for it is what a replica happens to remember.
 */
export function policyVersion(state: KubernetesState): string {
  const known = versions.get(state);
  if (known !== undefined) return known;
  const contents = new Map(state.documents.map(({ id, hash, createdAt }) => [id, `${hash} ${createdAt}`]));
  const version = combinedVersion(
    [...state.generations].map(
      ([id, generation]) => `${id} ${generation} ${state.stale.has(id) ? '' : (contents.get(id) ?? '')}`,
    ),
  );
  versions.set(state, version);
  return version;
}

export function readAccount(text: string): Result<Account> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return err('is not JSON');
  }
  return isAccount(given) ? ok(given) : err('is not what a replica says');
}

type Shape = Readonly<Record<string, 'string' | 'boolean'>>;

function isAccount(given: unknown): given is Account {
  if (!has(given, { replica: 'string', policy: 'string', isPublished: 'boolean' })) return false;
  const { clients, refusals, accepted = [] } = given;
  return (
    isListOf(clients, { gateway: 'string', node: 'string', role: 'string', isInSync: 'boolean' }) &&
    isListOf(refusals, { gateway: 'string', typeUrl: 'string', name: 'string', version: 'string', text: 'string' }) &&
    isListOf(accepted, { gateway: 'string', typeUrl: 'string', name: 'string', version: 'string' })
  );
}

function isListOf(given: unknown, shape: Shape): boolean {
  return Array.isArray(given) && given.every((each) => has(each, shape));
}

function has(given: unknown, shape: Shape): given is Record<string, unknown> {
  if (typeof given !== 'object' || given === null) return false;
  return Object.entries(shape).every(([name, type]) => typeof (given as Record<string, unknown>)[name] === type);
}
