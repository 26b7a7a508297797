import type { Problem } from '../policy/problem.ts';
import type { SourceHealth } from './sources/opened-source.ts';

/** What `GET /status` answers and `sluice status` shows: what was written, what is in force, and where. */
export interface Status {
  readonly version: string;
  readonly startedAt: string;
  /** By which callers outside reach the gateway, where somebody has said it. */
  readonly publicUrl?: string;
  /** Counts the changes of the policy since the start. */
  readonly revision: number;
  readonly documents: readonly DocumentStatus[];
  /** Problems that belong to no document: unreadable files and the like. */
  readonly problems: readonly Problem[];
  /** Of a cluster: whether what is read is what is there. */
  readonly source?: SourceHealth;
  readonly gateways: readonly GatewayStatus[];
  readonly clients: readonly ClientStatus[];
}

export interface DocumentStatus {
  readonly id: string;
  readonly source: string;
  /** `stale`: an older version is in force, because this one is broken. */
  readonly state: 'in force' | 'stale' | 'rejected';
  /** Some of its rules are wrong, and the others are in force. */
  readonly isInPart?: true;
  readonly problems: readonly Problem[];
  /** What an Envoy or a processor said when it refused what was made of it. */
  readonly nack?: string;
}

export interface GatewayStatus {
  readonly name: string;
  readonly listeners: readonly string[];
  readonly providers: number;
  readonly models: number;
  readonly keys: number;
  /** Why its pods, and what belongs to them, are not as they are wanted. Of a cluster; known to the replica that leads. */
  readonly trouble?: string;
}

export interface ClientStatus {
  readonly nodeId: string;
  /** Name of the gateway that it serves. */
  readonly gateway: string;
  readonly kind: 'envoy' | 'processor' | 'other';
  readonly version?: string;
  readonly connectedSince: string;
  readonly types: readonly TypeStatus[];
}

export interface TypeStatus {
  readonly type: string;
  readonly resources: number;
  readonly state: 'synced' | 'pending' | 'nacked';
  readonly nack?: string;
}

/** The documents' part of the status, from what the source read and what the build and the clients said of it. */
export function documentStatuses(
  documents: readonly { readonly id: string; readonly source: string; readonly isBarrier?: true }[],
  stale: (id: string) => boolean,
  problems: readonly Problem[],
  nacks: ReadonlyMap<string, string>,
): { readonly documents: DocumentStatus[]; readonly others: Problem[] } {
  const byDocument = Map.groupBy(problems, (problem) => problem.document);
  const ids = new Set(documents.map((document) => document.id));
  // A document that has never been good is known only by its problems.
  const rejected = [...byDocument]
    .filter(([id, found]) => !ids.has(id) && id.includes('/') && found.some(isError))
    .map(([id, found]) => ({ id, source: found[0]?.source ?? '' }));
  const parts = new Set(documents.filter(({ isBarrier }) => isBarrier).map(({ id }) => id));
  const statuses = [...documents, ...rejected].map(({ id, source }): DocumentStatus => {
    const nack = nacks.get(id);
    const state = !ids.has(id) ? 'rejected' : stale(id) || nack !== undefined ? 'stale' : 'in force';
    const isInPart = state === 'in force' && parts.has(id);
    return {
      ...{ id, source, state, ...(isInPart && { isInPart }) },
      problems: byDocument.get(id) ?? [],
      ...(nack !== undefined && { nack }),
    };
  });
  const known = new Set(statuses.map((status) => status.id));
  return {
    documents: statuses.sort((a, b) => (a.id < b.id ? -1 : 1)),
    others: problems.filter((problem) => !known.has(problem.document)),
  };
}

function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}
