import { getOrCreate } from '../../lib/get-or-create.ts';
import { contentVersion } from '../../lib/hash.ts';
import { controllerAnnotation } from './gateway.ts';
import type { LiveObject } from './live-object.ts';
import type { ProvisionedKind } from './provisioned-kind.ts';
import type { WantedObject } from './render/render.ts';

/** What is known of our last write of an object. */
export interface Written {
  readonly wanted: string;
  readonly uid: string;
  readonly ownFields: string;
  /** Version that a watch may still show, because the write is on its way to it. */
  readonly staleVersion: string | undefined;
}

export type Step =
  /** To this very object: by the time of the write somebody else may have one of that name. */
  | { readonly kind: 'apply'; readonly wanted: WantedObject; readonly uid: string }
  /** There seems to be nothing of that name. Whether that is so has to be asked before somebody else's is taken over. */
  | { readonly kind: 'create'; readonly wanted: WantedObject }
  | { readonly kind: 'blocked'; readonly wanted: WantedObject; readonly error: string };

/** There, and wanted by nobody. */
export interface Superfluous {
  readonly of: ProvisionedKind;
  readonly live: LiveObject;
}

export interface DifferenceInput {
  readonly wanted: readonly WantedObject[];
  /** Uid of the Gateway. */
  readonly owner: string;
  live(kind: ProvisionedKind, namespace: string, name: string): LiveObject | undefined;
  written(key: string): Written | undefined;
}

/** What has to be written so that everything is as wanted; nothing when it is. */
export function difference({ wanted, owner, live, written }: DifferenceInput): readonly Step[] {
  return wanted.flatMap((each): Step[] => {
    const there = live(each.kind, each.namespace, each.name);
    if (there === undefined) return [{ kind: 'create', wanted: each }];
    if (!isOfGateway(each, there, owner)) return [{ kind: 'blocked', wanted: each, error: takenText(each) }];
    return isAsWanted(each, there, written(wantedKey(each))) ? [] : [{ kind: 'apply', wanted: each, uid: there.uid }];
  });
}

/** It has it, or may take it back: we made it under this name, and nobody else has it. */
export function isOfGateway(each: WantedObject, there: LiveObject, owner: string): boolean {
  return there.owner === owner || (there.isAbandoned && there.controller === controllerOf(each));
}

function controllerOf({ object }: WantedObject): unknown {
  const { annotations } = object.metadata as { readonly annotations?: { readonly [name: string]: unknown } };
  return annotations?.[controllerAnnotation];
}

/** Of what is ours to remove, what nobody wants any more. With a Gateway that is gone the API server removes what it owned. */
export function superfluous(
  all: Iterable<readonly [ProvisionedKind, LiveObject]>,
  wanted: ReadonlySet<string>,
  isOurs: (live: LiveObject) => boolean,
): readonly Superfluous[] {
  const found: Superfluous[] = [];
  for (const [of, live] of all) {
    const isWanted = wanted.has(objectKey(of, live.namespace, live.name));
    if (!isWanted && isOurs(live)) found.push({ of, live });
  }
  return found;
}

/** The server has it as we wrote it, or its watch has not shown yet what we wrote. */
export function isAsWanted(each: WantedObject, there: LiveObject, last: Written | undefined): boolean {
  if (last === undefined || last.uid !== there.uid || last.wanted !== contentOf(each)) return false;
  return last.ownFields === there.ownFields || last.staleVersion === there.resourceVersion;
}

const contents = new WeakMap<WantedObject, string>();

/** Kept per object: what is wanted stays the same object until it changes, and is compared at every look. */
export function contentOf(wanted: WantedObject): string {
  return getOrCreate(contents, wanted, () => contentVersion(JSON.stringify(wanted.object)));
}

export function objectKey(kind: ProvisionedKind, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

export function wantedKey({ kind, namespace, name }: WantedObject): string {
  return objectKey(kind, namespace, name);
}

export function takenText(each: WantedObject): string {
  return `${wantedKey(each)} exists and is not of this Gateway; remove it, or give the Gateway another name.`;
}
