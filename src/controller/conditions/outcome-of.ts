import type { Resource } from '../../kube/object.ts';
import type { Kind } from '../../policy/kinds.ts';
import type { Controller } from '../controller.ts';
import { objectId } from '../object-id.ts';
import { type Connected, reachOf } from '../rollout/reach.ts';
import type { KubernetesSource } from '../sources/kubernetes/source.ts';
import type { Outcome, ProvisionedGateway, WatchedObject } from './outcome.ts';
import { refusedFilters } from './refused-filters.ts';

export interface OutcomeSources {
  readonly controllerName: string;
  readonly controller: Pick<Controller, 'judged' | 'gateways' | 'standIns'>;
  readonly source: Pick<
    KubernetesSource,
    'current' | 'objects' | 'resource' | 'knows' | 'gatewayApiVersion' | 'olderVersions'
  >;
  /** Of all replicas that answer. */
  readonly clients: Iterable<Connected>;
  /** What clients of other replicas have said, by document. */
  readonly nacksElsewhere?: ReadonlyMap<string, string>;
  readonly silent?: readonly string[];
  readonly provisioned: ReadonlyMap<string, ProvisionedGateway>;
  readonly made?: ReadonlySet<string>;
}

/** What stands now; nothing, while what was judged is not what was read last. */
export function outcomeOf(sources: OutcomeSources) {
  const { controllerName, controller, source, clients, provisioned } = sources;
  const judgement = controller.judged();
  const { revision, generations } = source.current();
  if (judgement?.revision !== revision) return undefined;
  const gatewayApiVersion = source.gatewayApiVersion();
  const nacks = new Map([...(sources.nacksElsewhere ?? []), ...judgement.nacks]);
  const outcome: Outcome = {
    ...judgement,
    nacks,
    problems: [...judgement.problems, ...refusedFilters(nacks, controller.gateways())],
    silent: sources.silent ?? [],
    controllerName,
    objects: watchedObjects(source),
    generations,
    olderGeneration: olderGenerations(sources),
    reach: reachOf(clients),
    provisioned,
    // As long as classes cannot be read, nobody knows that one is gone.
    ...(sources.made !== undefined && source.knows('GatewayClass') && { made: sources.made }),
    ...(gatewayApiVersion !== undefined && { gatewayApiVersion }),
  };
  return outcome;
}

/** Looked up when it is first asked for: most of the time nothing older is in force. */
function olderGenerations({ controller, source }: OutcomeSources): Outcome['olderGeneration'] {
  let known: ReadonlyMap<string, number | undefined> | undefined;
  return (id) => {
    known ??= new Map(
      source
        .olderVersions(controller.standIns().values())
        ?.map(({ kind, object }) => [objectId(kind, object), object.metadata.generation]),
    );
    return known.get(id);
  };
}

function* watchedObjects(source: OutcomeSources['source']): Generator<WatchedObject> {
  const resources = new Map<Kind, Resource | undefined>();
  for (const { kind, object } of source.objects()) {
    if (!resources.has(kind)) resources.set(kind, source.resource(kind));
    const resource = resources.get(kind);
    if (resource !== undefined) yield { kind, resource, object };
  }
}
