import { clusterNames, metadataNamespaces } from '../../../contract.ts';
import { PriorityGroupClusterSpecifierSchema } from '../../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { extension } from '../extension.ts';

/**
 * Attempt n goes to group n of the chain that the processor wrote into the request's metadata. The one configured group
 * is the cluster that refuses every connection, so a request that no processor has seen ends there and at no provider.
 */
export const priorityChain = extension(
  'envoy.router.cluster_specifier_plugin.priority_group',
  PriorityGroupClusterSpecifierSchema,
  {
    overrideMetadataNamespace: metadataNamespaces.route,
    priorityGroups: [{ name: 'closed', clusters: [{ clusterName: clusterNames.closed, weight: 1 }] }],
  },
);
