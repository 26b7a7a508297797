import { metadataNamespaces } from '../../../contract.ts';
import type { Provider } from '../../../program/program.ts';
import type { PlannedTarget } from '../../exchange.ts';
import { listFieldOf, namespaceMetadata } from '../../metadata.ts';
import { encodeValue, listItem, structField } from '../../wire/struct.ts';

const inRoute = namespaceMetadata(metadataNamespaces.route);
const priorityGroups = listFieldOf('priority_groups');

/** Encoded once per provider of a program. */
const groups = new WeakMap<Provider, Buffer>();

/** The chain for Envoy: attempt n goes to group n, each of one cluster. `exchangeId` leads later attempts back. */
export function routeMetadata(targets: readonly PlannedTarget[], exchangeId: string | undefined): Buffer {
  const chain = priorityGroups(targets.map(({ provider }) => groupOf(provider)));
  return inRoute(exchangeId === undefined ? [chain] : [chain, structField('exchange', encodeValue(exchangeId))]);
}

function groupOf(provider: Provider): Buffer {
  let group = groups.get(provider);
  if (group === undefined) {
    const { cluster } = provider;
    group = listItem(encodeValue({ name: cluster, clusters: [{ cluster_name: cluster, weight: 1 }] }));
    groups.set(provider, group);
  }
  return group;
}
