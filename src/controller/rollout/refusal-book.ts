import type { Resource } from '../../xds/snapshot/resource.ts';
import { type Refusal, resourceKey } from './refusal.ts';
import { type AcceptedVersion, isOutlived, type RefusedVersion, refusedVersion } from './refused-version.ts';

type Version = Pick<Resource, 'typeUrl' | 'name' | 'version'>;

export interface RefusalBookOptions {
  readonly group: string;
  /** What is to be in force. */
  wanted(resource: Pick<Resource, 'typeUrl' | 'name'>): Resource | undefined;
  /** Some client has it in force. */
  isAccepted(resource: Version): boolean;
  /** Kinds of the clients that are connected. */
  connected(): readonly string[];
  /** Hashes of these documents, as they are written now. */
  hashes(ids: readonly string[]): Readonly<Record<string, string>>;
  /** It is not to be sent from now on. */
  onHeld(resource: Resource): void;
  /** It may be sent again. */
  onLetGo(resource: Resource): void;
}

/** Which versions are held back because a client refuses them: one of ours, of another replica, or before a restart. */
export interface RefusalBook {
  /** By resource key. */
  readonly held: ReadonlyMap<string, Refusal>;
  /** A client of ours has refused it. Suspect: together with others, and its text names none of them. */
  refuse(resource: Resource, text: string, kind: string, isSuspect: boolean): void;
  /** A client of another kind, perhaps, has refused a version that is held. */
  alsoBy(version: Version, kind: string): void;
  /** Something else is wanted. `mended`: texts of batches of which something has been replaced already. */
  follow(mended?: ReadonlySet<string>): void;
  /** Whether that is so of anything that is held. */
  isOvertaken(): boolean;
  /** Known from before a restart or from a client of another replica: counts until there is a reason to try it again. */
  recall(refused: readonly RefusedVersion[]): void;
  /** All that counts for every replica. What is no longer among them is tried again. */
  tell(refused: readonly RefusedVersion[]): void;
  /** What clients of other replicas have in force. */
  heard(accepted: readonly AcceptedVersion[]): void;
  /** Other clients are connected. */
  reconsider(): void;
  /** Everything that is held, and what is tried again and has not been answered. */
  known(): readonly RefusedVersion[];
  /** Tried again, and not answered by anybody: what was said of its documents still stands. */
  tried(): readonly RefusedVersion[];
  /** Of what others count as refused: what clients of ours have in force. */
  accepted(): readonly AcceptedVersion[];
}

export function createRefusalBook(options: RefusalBookOptions): RefusalBook {
  const { group, wanted, isAccepted } = options;
  const held = new Map<string, Refusal>();
  /** By resource key: what is tried again, until somebody has answered what is wanted now. */
  const trials = new Map<string, RefusedVersion>();
  /** By resource key; the others by version. */
  const recalled = new Map<string, RefusedVersion>();
  let told = new Map<string, RefusedVersion>();
  let acceptedElsewhere: ReadonlySet<string> = new Set();
  /** Others may count these versions as refused; here they are tried, or something that followed was accepted. */
  const letGo = new Map<string, Version>();

  const isAcceptedAnywhere = (version: Version): boolean =>
    isAccepted(version) || acceptedElsewhere.has(versionKey(version));
  /** Somebody here would refuse it. */
  const isVouchedFor = ({ by }: Refusal): boolean => options.connected().some((kind) => by.includes(kind));
  const isWanted = (version: Version): boolean => wanted(version)?.version === version.version;

  function tryAgain(key: string, refusal: Refusal): void {
    held.delete(key);
    recalled.delete(key);
    letGo.set(versionKey(refusal.resource), refusal.resource);
    trials.set(key, refusedVersion(group, refusal));
    options.onLetGo(refusal.resource);
  }

  /** Where it was said in one answer what was wrong with all of it, the rest may have been right. */
  function tryWhatWasSuspect(mended: ReadonlySet<string>): void {
    for (const [key, refusal] of held) {
      if (refusal.isSuspect && mended.has(refusal.text)) tryAgain(key, refusal);
    }
  }

  /** What is known to be refused is not sent, unless somebody has it in force. */
  function holdKnown(): void {
    for (const each of [...recalled.values(), ...told.values()]) {
      const key = resourceKey(each);
      const resource = wanted(each);
      if (resource === undefined || held.has(key) || letGo.has(versionKey(each)) || isAcceptedAnywhere(resource))
        continue;
      if (resource.version !== each.version) {
        trials.set(key, each);
        continue;
      }
      const { text, by, documents, isSuspect } = each;
      trials.delete(key);
      held.set(key, { resource, text, by, documents, ...(isSuspect && { isSuspect }) });
      options.onHeld(resource);
    }
  }

  function forgetAnswered(): void {
    for (const [key, trial] of trials) {
      const resource = wanted(trial);
      if (resource === undefined || isAcceptedAnywhere(resource)) {
        recalled.delete(key);
        letGo.set(versionKey(trial), trial);
      } else if (isWrittenStill(trial)) continue;
      trials.delete(key);
    }
  }

  /** Something of what it was made of. */
  function isWrittenStill({ documents }: RefusedVersion): boolean {
    const present = options.hashes(Object.keys(documents));
    return Object.entries(documents).some(([id, hash]) => present[id] === hash);
  }

  return {
    held,
    refuse(resource, text, kind, isSuspect) {
      const key = resourceKey(resource);
      // A version that was gone back to says nothing of the one that is wanted.
      const known = held.get(key)?.resource;
      if (known !== undefined && isWanted(known)) return;
      const trial = trials.get(key);
      const before = trial?.version === resource.version ? trial.by : [];
      const by = [...new Set([...before, kind])].sort();
      trials.delete(key);
      letGo.delete(versionKey(resource));
      const documents = options.hashes(resource.origins);
      held.set(key, { resource, text, by, documents, ...(isSuspect && { isSuspect }) });
    },
    alsoBy(version, kind) {
      const key = resourceKey(version);
      const known = held.get(key);
      if (known?.resource.version !== version.version || known.by.includes(kind)) return;
      held.set(key, { ...known, by: [...known.by, kind].sort() });
    },
    follow(before = new Set()) {
      const mended = new Set(before);
      for (const [key, refusal] of held) {
        if (isWanted(refusal.resource)) continue;
        held.delete(key);
        recalled.delete(key);
        if (refusal.isSuspect) mended.add(refusal.text);
        if (wanted(refusal.resource) !== undefined) trials.set(key, refusedVersion(group, refusal));
      }
      tryWhatWasSuspect(mended);
      holdKnown();
      for (const [key, version] of letGo) if (!told.has(key) && !isWanted(version)) letGo.delete(key);
    },
    isOvertaken: () => [...held.values()].some(({ resource }) => !isWanted(resource)),
    recall(refused) {
      for (const each of ofGroup(refused)) if (!letGo.has(versionKey(each))) recalled.set(resourceKey(each), each);
      holdKnown();
    },
    tell(refused) {
      const before = told;
      told = new Map(ofGroup(refused).map((each) => [versionKey(each), each]));
      for (const [key, refusal] of held) {
        const version = versionKey(refusal.resource);
        const isForgotten = before.has(version) && !told.has(version);
        if (isForgotten && !isVouchedFor(refusal)) tryAgain(key, refusal);
      }
      holdKnown();
    },
    heard(accepted) {
      acceptedElsewhere = new Set(accepted.filter(({ gateway }) => gateway === group).map(versionKey));
      for (const [key, refusal] of held) {
        if (acceptedElsewhere.has(versionKey(refusal.resource)) && !isVouchedFor(refusal)) tryAgain(key, refusal);
      }
    },
    reconsider() {
      if (held.size === 0) return;
      const connected = options.connected();
      for (const [key, refusal] of held) if (isOutlived(refusal, connected)) tryAgain(key, refusal);
    },
    known() {
      forgetAnswered();
      return [...[...held.values()].map((refusal) => refusedVersion(group, refusal)), ...trials.values()];
    },
    tried() {
      forgetAnswered();
      return [...trials.values()];
    },
    accepted() {
      return [...told.values()].flatMap((each) => {
        const resource = wanted(each);
        if (resource === undefined || held.has(resourceKey(each)) || !isAccepted(resource)) return [];
        const { typeUrl, name, version } = resource;
        return [{ gateway: group, typeUrl, name, version }];
      });
    },
  };

  function ofGroup(refused: readonly RefusedVersion[]): readonly RefusedVersion[] {
    return refused.filter(({ gateway }) => gateway === group);
  }
}

function versionKey(version: Version): string {
  return `${resourceKey(version)}@${version.version}`;
}
