import { getOrCreate } from '../lib/get-or-create.ts';
import type { XdsNode } from '../xds/server/client.ts';
import type { Refusal } from './rollout/refusal.ts';
import type { RefusalBook } from './rollout/refusal-book.ts';
import type { AcceptedVersion, RefusedVersion } from './rollout/refused-version.ts';
import type { SourceState } from './sources/source.ts';

/** A client has refused a batch of one type: these versions by name, undefined where it was a removal. */
export interface Nack {
  readonly node: Pick<XdsNode, 'id' | 'userAgent' | 'version'>;
  readonly group: string;
  readonly typeUrl: string;
  readonly versions: ReadonlyMap<string, string | undefined>;
  readonly text: string;
}

/** What is known of what clients refuse, from wherever it is known. */
export interface KnownRefusals {
  /** Other clients are connected: somebody may take now what whoever is gone has refused. */
  connectionsChanged(): void;
  /** What clients refused before a restart, or refuse that are connected to another replica. */
  recall(refused: readonly RefusedVersion[]): void;
  /** What counts as refused for all replicas; what no longer does is tried again. */
  tell(refused: readonly RefusedVersion[]): void;
  /** What clients of other replicas have in force. */
  heard(accepted: readonly AcceptedVersion[]): void;
  /** To be kept for a restart, and told to other replicas: what is refused, and what is tried again and not answered. */
  knownRefusals(): readonly RefusedVersion[];
  /** Of what was told as refused, what clients here have in force. */
  accepted(): readonly AcceptedVersion[];
  /** What clients of each gateway refuse now. */
  refusals(): ReadonlyMap<string, readonly Refusal[]>;
}

/** Whoever holds back what clients of one gateway refuse: resources, or the documents behind what they refuse. */
export interface Keeper {
  learn(from: (book: RefusalBook) => void): void;
  readonly refusals: Pick<RefusalBook, 'held' | 'known' | 'tried' | 'accepted'>;
  /** What is not in force either, since it cannot be found out what of it is refused. */
  stuck?(): readonly Refusal[];
}

/** The same of all gateways together. */
export interface Refusals {
  readonly known: KnownRefusals;
  /** A gateway comes later than what is known of it. */
  begin(group: string, keeper: Keeper): void;
  /** It is gone: one of the same name is another one. */
  end(group: string): void;
  /** By document of this state: what a client said when it refused what was made of it. */
  nacks(state: SourceState): ReadonlyMap<string, string>;
}

export function createRefusals(): Refusals {
  const byGroup = new Map<string, Keeper[]>();
  let recalled: readonly RefusedVersion[] = [];
  let told: readonly RefusedVersion[] = [];
  let acceptedElsewhere: readonly AcceptedVersion[] = [];

  const keepers = (): Keeper[] => [...byGroup.values()].flat();

  function learn(from: Parameters<Keeper['learn']>[0]): void {
    for (const keeper of keepers()) keeper.learn(from);
  }

  return {
    known: {
      connectionsChanged: () => learn((book) => book.reconsider()),
      recall(refused) {
        recalled = refused;
        learn((book) => book.recall(refused));
      },
      tell(refused) {
        told = refused;
        learn((book) => book.tell(refused));
      },
      heard(accepted) {
        acceptedElsewhere = accepted;
        learn((book) => book.heard(accepted));
      },
      knownRefusals: () => keepers().flatMap(({ refusals }) => refusals.known()),
      accepted: () => keepers().flatMap(({ refusals }) => refusals.accepted()),
      refusals: () =>
        new Map(
          [...byGroup].map(([group, own]) => [group, own.flatMap(({ refusals }) => [...refusals.held.values()])]),
        ),
    },
    begin(group, keeper) {
      getOrCreate(byGroup, group, () => []).push(keeper);
      keeper.learn((book) => {
        book.recall(recalled);
        book.tell(told);
        book.heard(acceptedElsewhere);
      });
    },
    end(group) {
      byGroup.delete(group);
      recalled = recalled.filter(({ gateway }) => gateway !== group);
    },
    nacks(state) {
      const texts = new Map<string, string>();
      // Until somebody has answered again, the answer before stands for what is written as it was then.
      for (const { text, documents } of keepers().flatMap(({ refusals }) => refusals.tried())) {
        const present = hashesOf(state, Object.keys(documents));
        for (const [id, hash] of Object.entries(documents)) if (present[id] === hash) texts.set(id, text);
      }
      for (const { refusals, stuck } of keepers()) {
        for (const { resource, text } of [...(stuck?.() ?? []), ...refusals.held.values()]) {
          for (const id of resource.origins) texts.set(id, text);
        }
      }
      return texts;
    },
  };
}

const hashes = new WeakMap<SourceState, ReadonlyMap<string, string>>();

/** Of these documents, as far as they are there. */
export function hashesOf(state: SourceState, ids: readonly string[]): Readonly<Record<string, string>> {
  if (ids.length === 0) return {};
  const known = hashes.get(state) ?? new Map(state.documents.map(({ id, hash }) => [id, hash]));
  hashes.set(state, known);
  return Object.fromEntries(ids.flatMap((id) => (known.has(id) ? [[id, known.get(id) ?? '']] : [])));
}
