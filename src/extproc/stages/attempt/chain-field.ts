import type { Provider } from '../../../program/program.ts';
import type { PlannedTarget } from '../../exchange.ts';
import { listFieldOf } from '../../metadata.ts';
import { encodeValue, listItem } from '../../wire/struct.ts';

const priorityGroups = listFieldOf('priority_groups');

/** Encoded once per provider of a program. */
const groups = new WeakMap<Provider, Buffer>();

/** The chain for Envoy: attempt n goes to group n, each of one cluster. */
export function chainField(targets: readonly PlannedTarget[]): Buffer {
  const items: Buffer[] = [];
  for (const { provider } of targets) items.push(groupOf(provider));
  return priorityGroups(items);
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
