import type { ParentReference } from '../../model/build/attachment.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import { fieldsOf, textOf } from './fields.ts';
import type { Outcome, WatchedObject } from './outcome.ts';

const gatewayGroup = 'gateway.networking.k8s.io';

/** Which Gateways are ours to speak of: several controllers can share a cluster, and each keeps to its classes. */
export interface Ours {
  isOurClass(name: string): boolean;
  /** Names in the model. */
  readonly gateways: ReadonlySet<string>;
  /**
   * Gateways that were ours, by what we have made for them, and whose class there is no more: the name of the class by
   * that of the Gateway. Nobody else can say anything of them.
   */
  readonly withoutClass: ReadonlyMap<string, string>;
  /** Nobody else serves Gateways here, so nobody else could say of what is not there that it is not. */
  readonly areAllOurs: boolean;
  /** Equal as long as classes and Gateways are the same. */
  readonly version: string;
  /** Whether a word about this parent is ours to say. */
  isOurs(parent: ParentReference): boolean;
}

export function findOurs({
  objects,
  controllerName,
  made,
}: Pick<Outcome, 'objects' | 'controllerName' | 'made'>): Ours {
  const all = [...objects].filter(({ kind }) => kind === 'Gateway' || kind === 'GatewayClass');
  const classes = new Map(all.filter(({ kind }) => kind === 'GatewayClass').map((each) => [nameOf(each), each]));
  const isOurClass = (name: string): boolean => specOf(classes.get(name)).controllerName === controllerName;
  const areAllOurs = [...classes.keys()].every(isOurClass);
  const known = new Set<string>();
  const gateways = new Set<string>();
  const withoutClass = new Map<string, string>();
  for (const each of all) {
    if (each.kind !== 'Gateway') continue;
    const name = qualifiedName(each.object.metadata.namespace ?? '', nameOf(each));
    known.add(name);
    const className = textOf(specOf(each).gatewayClassName) ?? '';
    if (isOurClass(className)) gateways.add(name);
    else if (!classes.has(className) && made?.has(each.object.metadata.uid ?? '')) withoutClass.set(name, className);
  }
  const versions = all.map(({ kind, object: { metadata } }) => [kind, metadata.uid, metadata.generation]);
  return {
    isOurClass,
    gateways,
    withoutClass,
    areAllOurs,
    version: JSON.stringify([controllerName, [...withoutClass.keys()], ...versions]),
    isOurs(parent) {
      if (!isGateway(parent)) return false;
      const name = gatewayName(parent);
      return known.has(name) ? gateways.has(name) : areAllOurs;
    },
  };
}

export function isGateway({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  return kind === 'Gateway' && group === gatewayGroup;
}

export function gatewayName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return qualifiedName(namespace, name);
}

function nameOf({ object }: WatchedObject): string {
  return object.metadata.name;
}

function specOf(each: WatchedObject | undefined) {
  return fieldsOf(each?.object.spec);
}
