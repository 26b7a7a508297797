import { clusterNames } from '../../../contract.ts';
import { Cluster_DiscoveryType, ClusterSchema } from '../../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { seconds } from '../duration.ts';
import { encode } from '../encode.ts';
import { refusingEndpoint } from './refusing-endpoint.ts';

/** Where a request ends that no processor has seen. */
export const closedCluster = encode(
  ClusterSchema,
  clusterNames.closed,
  {
    name: clusterNames.closed,
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    connectTimeout: seconds(1),
    loadAssignment: { clusterName: clusterNames.closed, endpoints: [refusingEndpoint(0)] },
  },
  [],
);
