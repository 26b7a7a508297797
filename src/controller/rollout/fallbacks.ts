import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { resourceKey } from './refusal.ts';
import { createVersionHistory } from './version-history.ts';

type Name = Pick<Resource, 'typeUrl' | 'name'>;

export interface FallbacksOptions {
  /** The version that is out. */
  out(resource: Name): Resource | undefined;
  /** Some client has it in force. */
  isAccepted(resource: Resource): boolean;
  /** What stands in for a resource that is refused and has no older version. Default: nothing. */
  readonly standIn?: (resource: Resource) => Resource | undefined;
}

/** What can take the place of a refused version. */
export interface Fallbacks {
  /** The version that is out, unless somebody refused it, and those that it replaced. */
  goodVersions(resource: Name): readonly Resource[];
  standIn(resource: Resource): Resource | undefined;
  isStandIn(resource: Resource): boolean;
  /** Some client had it in force before something took its place. */
  isProven(resource: Resource): boolean;
  /** Something newer takes its place. */
  replaced(resource: Resource): void;
  refused(resource: Resource): void;
  /** It is tried again. */
  letGo(resource: Resource): void;
  /** A version that is not out any more was refused. */
  drop(resource: Name, version: string): void;
  /** Forgets what came before resources for which this does not hold. */
  keepOnly(isThere: (key: string, resource: Resource) => boolean): void;
}

export function createFallbacks({ out, isAccepted, standIn }: FallbacksOptions): Fallbacks {
  const history = createVersionHistory(isAccepted);
  /** Every version that was refused while it is known, also when its content has changed since. */
  const everRefused = new WeakSet<Resource>();
  const standIns = new Map<string, Resource>();

  const isStandIn = (resource: Resource): boolean => standIns.get(resourceKey(resource)) === resource;
  const isGood = (resource: Resource): boolean => !everRefused.has(resource) && !isStandIn(resource);

  return {
    goodVersions(name) {
      const past = history.of(resourceKey(name));
      const present = out(name);
      return present !== undefined && isGood(present) ? [present, ...past] : past;
    },
    standIn(resource) {
      const made = standIn?.(resource);
      if (made === undefined) return undefined;
      // The same object each time: it is compared with what is published.
      return getOrCreate(standIns, resourceKey(resource), () => made);
    },
    isStandIn,
    isProven: history.isProven,
    replaced(resource) {
      if (isGood(resource)) history.replaced(resource);
    },
    refused(resource) {
      everRefused.add(resource);
      history.drop(resourceKey(resource), resource.version);
    },
    letGo: (resource) => void everRefused.delete(resource),
    drop: (name, version) => history.drop(resourceKey(name), version),
    keepOnly: history.keepOnly,
  };
}
