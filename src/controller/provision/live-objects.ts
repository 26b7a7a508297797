import type { KubeClient } from '../../kube/client.ts';
import type { KubeError } from '../../kube/error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { type Reflector, startReflector } from '../../kube/reflector.ts';
import { type LiveObject, liveObject, provisionedSelector } from './live-object.ts';
import { type ProvisionedKind, provisionedKinds } from './provisioned-kind.ts';

/** What has been made for Gateways, as the API server has it now. */
export interface LiveObjects {
  hasSynced(): boolean;
  get(kind: ProvisionedKind, namespace: string, name: string): LiveObject | undefined;
  all(): Generator<readonly [ProvisionedKind, LiveObject]>;
  close(): void;
}

export interface LiveObjectsOptions {
  readonly client: KubeClient;
  /** Where Gateways may be; absent: everywhere. */
  readonly namespaces?: readonly string[];
  onChange(): void;
  onError(error: KubeError): void;
}

const kept = 'live';

/** Watches objects with our labels only, of Secrets too: what others keep in theirs is never read. */
export function watchLiveObjects({ client, namespaces, onChange, onError }: LiveObjectsOptions): LiveObjects {
  const kinds = Object.keys(provisionedKinds) as ProvisionedKind[];
  const watches = kinds.map((kind): readonly [ProvisionedKind, readonly Reflector[]] => {
    const places = (namespaces ?? [undefined]).map((namespace) =>
      startReflector({
        client,
        place: { ...provisionedKinds[kind], ...(namespace !== undefined && { namespace }) },
        labelSelector: provisionedSelector,
        // The rest of the object is of no interest, and Deployments are large.
        keep: (object) => {
          const { name, namespace: of, uid, resourceVersion } = object.metadata;
          const metadata = { name, ...(of && { namespace: of }), ...(uid && { uid }) };
          return {
            metadata: { ...metadata, ...(resourceVersion && { resourceVersion }) },
            [kept]: liveObject({ ...object, kind }),
          };
        },
        onChanges: onChange,
        onSync: onChange,
        onError,
      }),
    );
    return [kind, places];
  });
  const liveOf = (object: KubeObject): LiveObject => object[kept] as LiveObject;
  return {
    hasSynced: () => watches.every(([, reflectors]) => reflectors.every((reflector) => reflector.hasSynced())),
    get(kind, namespace, name) {
      const reflectors = watches.find(([of]) => of === kind)?.[1] ?? [];
      const found = reflectors.map(({ objects }) => objects.get(`${namespace}/${name}`)).find((object) => object);
      return found && liveOf(found);
    },
    *all() {
      for (const [kind, reflectors] of watches) {
        for (const { objects } of reflectors) for (const object of objects.values()) yield [kind, liveOf(object)];
      }
    },
    close() {
      for (const [, reflectors] of watches) for (const reflector of reflectors) reflector.close();
    },
  };
}
