import { metadataNamespaces } from '../../../contract.ts';
import type { Provider } from '../../../program/program.ts';
import type { PlannedTarget } from '../../exchange.ts';
import { typedMetadata } from '../../metadata.ts';
import { record } from '../../wire/bytes-out.ts';

/**
 * As a message of its type and not as a Struct, which Envoy would build, merge and take apart member by member; and of
 * both this is the one that counts, so that no script of a policy can write another.
 */
const priorityGroups = typedMetadata(
  metadataNamespaces.route,
  'envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupsOverride',
);

/** Encoded once per provider of a program. */
const groups = new WeakMap<Provider, Buffer>();

/** The chain for Envoy: attempt n goes to group n, each of one cluster. */
export function chainOf(targets: readonly PlannedTarget[]): Buffer {
  const items: Buffer[] = [];
  for (const { provider } of targets) items.push(groupOf(provider));
  return priorityGroups(items);
}

function groupOf(provider: Provider): Buffer {
  let group = groups.get(provider);
  if (group === undefined) {
    group = priorityGroup(provider.cluster);
    groups.set(provider, group);
  }
  return group;
}

/** `PriorityGroupsOverride.priority_groups`: a name, and one `ClusterWeight` of 1. */
function priorityGroup(cluster: string): Buffer {
  const name = record(0x0a, Buffer.from(cluster, 'utf8'));
  const weight = record(0x12, Buffer.of(0x08, 1));
  return record(0x0a, Buffer.concat([name, record(0x12, Buffer.concat([name, weight]))]));
}
