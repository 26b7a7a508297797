import type { ClientState } from '../../xds/server/client.ts';
import type { Controller } from '../controller.ts';
import { reachOf } from '../rollout/reach.ts';
import type { KubernetesSource } from '../sources/kubernetes/source.ts';
import type { Outcome, ProvisionedGateway, WatchedObject } from './outcome.ts';

export interface OutcomeSources {
  readonly controllerName: string;
  readonly controller: Pick<Controller, 'judged'>;
  readonly source: Pick<KubernetesSource, 'current' | 'objects' | 'resource' | 'gatewayApiVersion'>;
  readonly clients: readonly ClientState[];
  readonly provisioned: ReadonlyMap<string, ProvisionedGateway>;
}

/** What stands now; nothing, while what was judged is not what was read last. */
export function outcomeOf({ controllerName, controller, source, clients, provisioned }: OutcomeSources) {
  const judgement = controller.judged();
  const { revision, generations } = source.current();
  if (judgement?.revision !== revision) return undefined;
  const gatewayApiVersion = source.gatewayApiVersion();
  const outcome: Outcome = {
    ...judgement,
    controllerName,
    objects: watchedObjects(source),
    generations,
    reach: reachOf(clients),
    provisioned,
    ...(gatewayApiVersion !== undefined && { gatewayApiVersion }),
  };
  return outcome;
}

function* watchedObjects(source: OutcomeSources['source']): Generator<WatchedObject> {
  for (const { kind, object } of source.objects()) {
    const resource = source.resource(kind);
    if (resource !== undefined) yield { kind, resource, object };
  }
}
