import type { Attachment } from '../../model/build/attachment.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import type { Status } from './status.ts';

/**
 * Statuses that were made before. Most of thousands of objects are as they were and nothing is wrong with them: then the
 * same status comes back, and whoever compared it with the object need not do so again.
 */
export interface KnownStatuses {
  find(object: WatchedObject['object'], standing: string, attachments: readonly Attachment[]): Known | undefined;
  /** It must follow from the object and from these, with nothing wrong. */
  keep(object: WatchedObject['object'], known: Known): void;
}

export interface Known {
  readonly standing: string;
  readonly attachments: readonly Attachment[];
  readonly status: Status | undefined;
}

export function createKnownStatuses(): KnownStatuses {
  const statuses = new WeakMap<WatchedObject['object'], Known>();
  return {
    find(object, standing, attachments) {
      const known = statuses.get(object);
      return known?.standing === standing && areSame(known.attachments, attachments) ? known : undefined;
    },
    keep: (object, known) => {
      statuses.set(object, known);
    },
  };
}

/** Equal as long as all Gateways stand as they do, and are the same ones. */
export function standingText({ isPublished, silent, reach, provisioned }: Outcome, ours: string): string {
  const pods = [...provisioned].map(([name, { readyPods }]) => [name, readyPods]);
  return JSON.stringify([isPublished, silent, [...reach], pods, ours]);
}

function areSame(a: readonly Attachment[], b: readonly Attachment[]): boolean {
  return a.length === b.length && a.every((each, index) => isSame(each, b[index]));
}

/** Those of an unchanged route are the same objects; of others only accepted ones are worth comparing. */
function isSame(a: Attachment, b: Attachment | undefined): boolean {
  if (a === b) return true;
  if (a.outcome !== 'accepted' || b?.outcome !== 'accepted') return false;
  const { group, kind, namespace, name, sectionName, port } = a.parent;
  const other = b.parent;
  return (
    name === other.name &&
    namespace === other.namespace &&
    sectionName === other.sectionName &&
    port === other.port &&
    kind === other.kind &&
    group === other.group
  );
}
