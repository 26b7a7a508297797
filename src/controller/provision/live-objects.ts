import type { KubeClient } from '../../kube/client.ts';
import type { KubeError } from '../../kube/error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { type Reflector, startReflector } from '../../kube/reflector.ts';
import { getOrCreate } from '../../lib/get-or-create.ts';
import { type LiveObject, liveObject, provisionedSelector } from './live-object.ts';
import { type ProvisionedKind, provisionedKinds } from './provisioned-kind.ts';

/** What has been made for Gateways, as the API server has it now. */
export interface LiveObjects {
  /** Where Gateways are. Secrets are watched there and nowhere else; what of ours is elsewhere is not seen any more. */
  follow(namespaces: ReadonlySet<string>): void;
  /** Everything but Secrets has been seen. */
  hasSynced(): boolean;
  /** Why that is not so yet, where somebody has said why. */
  failure(): KubeError | undefined;
  /** How it stands with those of one namespace: they may not be readable there, and everywhere else they are. */
  secretsOf(namespace: string): 'known' | 'reading' | KubeError;
  get(kind: ProvisionedKind, namespace: string, name: string): LiveObject | undefined;
  all(): Generator<readonly [ProvisionedKind, LiveObject]>;
  close(): void;
}

export interface LiveObjectsOptions {
  readonly client: KubeClient;
  /** Where anything but Secrets is watched; absent: everywhere. */
  readonly namespaces?: readonly string[];
  onChange(): void;
  onError(error: KubeError): void;
}

const kept = 'live';

/** Watches objects with our labels only: what others keep in theirs is never read. */
export function watchLiveObjects({ client, namespaces, onChange, onError }: LiveObjectsOptions): LiveObjects {
  const watch = (kind: ProvisionedKind, namespace: string | undefined): Reflector =>
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
      onError(error) {
        onError(error);
        // Whose Gateways wait for it learn why.
        if (kind === 'Secret') onChange();
      },
    });
  const kinds = (Object.keys(provisionedKinds) as ProvisionedKind[]).filter((kind) => kind !== 'Secret');
  const others = new Map(kinds.map((kind) => [kind, (namespaces ?? [undefined]).map((each) => watch(kind, each))]));
  const watched = (): readonly Reflector[] => [...others.values()].flat();
  const hasSynced = (): boolean => watched().every((reflector) => reflector.hasSynced());
  const secrets = new Map<string, Reflector>();
  const all = function* (): Generator<readonly [ProvisionedKind, Reflector]> {
    for (const reflector of secrets.values()) yield ['Secret', reflector];
    for (const [kind, reflectors] of others) for (const reflector of reflectors) yield [kind, reflector];
  };
  const liveOf = (object: KubeObject): LiveObject => object[kept] as LiveObject;
  return {
    follow(wanted) {
      for (const [namespace, reflector] of secrets) {
        if (wanted.has(namespace)) continue;
        reflector.close();
        secrets.delete(namespace);
      }
      for (const namespace of wanted) getOrCreate(secrets, namespace, () => watch('Secret', namespace));
    },
    hasSynced,
    failure: () =>
      watched()
        .find((reflector) => !reflector.hasSynced() && reflector.failure() !== undefined)
        ?.failure(),
    secretsOf(namespace) {
      const reflector = secrets.get(namespace);
      return reflector?.hasSynced() === true ? 'known' : (reflector?.failure() ?? 'reading');
    },
    get(kind, namespace, name) {
      const reflectors = kind === 'Secret' ? [secrets.get(namespace)] : others.get(kind);
      const found = reflectors?.map((each) => each?.objects.get(`${namespace}/${name}`)).find((object) => object);
      return found && liveOf(found);
    },
    *all() {
      for (const [kind, { objects }] of all()) for (const object of objects.values()) yield [kind, liveOf(object)];
    },
    close() {
      for (const [, reflector] of all()) reflector.close();
    },
  };
}

/** Uids of the Gateways for which something stands that this controller has made, whoever's class they have by now. */
export function gatewaysWith(live: Pick<LiveObjects, 'all'>, controllerName: string): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const [, { owner, controller }] of live.all()) {
    if (owner !== undefined && controller === controllerName) uids.add(owner);
  }
  return uids;
}
