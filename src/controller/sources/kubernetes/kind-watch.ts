import type { KubeClient } from '../../../kube/client.ts';
import { isForbidden, isNotFound, type KubeError, kubeErrorText } from '../../../kube/error.ts';
import type { KubeObject, Resource } from '../../../kube/object.ts';
import type { Change } from '../../../kube/object-cache.ts';
import { type Reflector, startReflector } from '../../../kube/reflector.ts';
import type { KindFacts } from '../../../policy/kind-row.ts';
import { saysTheSame } from './reading.ts';

export interface KindWatchOptions {
  readonly client: KubeClient;
  readonly facts: KindFacts;
  /** Its objects are others now, or how things stand with it. */
  onChange(): void;
  /** Of its objects only the status is another one. */
  onStatus(): void;
  onError(error: KubeError): void;
}

/** The objects of one kind in the whole cluster, in whichever of its versions the API server has. */
export interface KindWatch {
  /** As last seen; empty until the first list is there. */
  objects(): ReadonlyMap<string, KubeObject>;
  /** With the version that they are read in. */
  resource(): Resource;
  /**
   * reading: the first list is on its way. known: it was complete. refused: it may not be read, and asking again is
   * not going to help soon. unserved: the API server has none of its versions.
   */
  standing(): 'reading' | 'known' | 'refused' | 'unserved';
  staleSince(): number | undefined;
  /** In words, while there is one. */
  failure(): string | undefined;
  /** Its definition has changed: other versions may be served now. */
  look(): void;
  close(): void;
}

/** A definition that is new takes a moment until it is served, longer where there are several API servers. */
const unservedMs = 3_000;

const nothing: ReadonlyMap<string, KubeObject> = new Map();

export function startKindWatch({ client, facts, onChange, onStatus, onError }: KindWatchOptions): KindWatch {
  let turn = 0;
  /** In which order versions were found missing; all of them: the kind is not served. */
  const missing = new Set<string>();
  /** What is known, also while another version is tried because this one went away. */
  let known: Reflector | undefined;
  let current: Reflector;
  let isRefused = false;
  let isUnserved = false;
  let verdict: NodeJS.Timeout | undefined;

  function resource(): Resource {
    const version = facts.versions[turn % facts.versions.length] ?? facts.versions[0];
    return { group: facts.group, version, plural: facts.plural };
  }

  function start(): Reflector {
    const place = resource();
    const reflector: Reflector = startReflector({
      client,
      place,
      onChanges(changes) {
        if (reflector !== known) return;
        if (changes.every(isOfStatus)) onStatus();
        else onChange();
      },
      onSync() {
        missing.clear();
        clearTimeout(verdict);
        isRefused = false;
        isUnserved = false;
        if (known !== reflector) known?.close();
        known = reflector;
        onChange();
      },
      onError(error) {
        onError(error);
        if (reflector !== current) return;
        if (isForbidden(error) && !isRefused) {
          isRefused = true;
          onChange();
        }
        if (isNotFound(error)) absent(place.version);
        // How it fails is to be seen.
        if (known === undefined) onChange();
      },
    });
    return reflector;
  }

  function absent(version: string): void {
    const wasServed = missing.size < facts.versions.length;
    missing.add(version);
    if (wasServed && missing.size === facts.versions.length) verdict = setTimeout(giveUp, unservedMs);
    if (facts.versions.length === 1) return;
    // Its own back-off is spent on a version that may never come; the next one is tried in its place.
    if (current !== known) current.close();
    turn++;
    const pauseMs = missing.size === facts.versions.length ? 2_000 : 0;
    clearTimeout(timer);
    timer = setTimeout(restart, pauseMs);
  }

  function giveUp(): void {
    isUnserved = true;
    onChange();
  }

  function restart(): void {
    if (!isClosed) current = start();
  }

  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  current = start();
  return {
    objects: () => known?.objects ?? nothing,
    resource,
    standing() {
      if (known !== undefined) return 'known';
      if (isRefused) return 'refused';
      return isUnserved ? 'unserved' : 'reading';
    },
    staleSince: () => current.staleSince(),
    failure() {
      const error = current.failure();
      return error === undefined ? undefined : kubeErrorText(error);
    },
    look() {
      if (current === known && current.failure() === undefined) return;
      if (current !== known) current.close();
      clearTimeout(timer);
      timer = setTimeout(restart, 0);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      clearTimeout(verdict);
      known?.close();
      current.close();
    },
  };
}

function isOfStatus(change: Change): boolean {
  return change.kind === 'changed' && saysTheSame(change.before, change.object);
}
