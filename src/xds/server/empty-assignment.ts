import { create, toBinary } from '@bufbuild/protobuf';
import { ClusterLoadAssignmentSchema } from '../../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import type { Resource } from '../snapshot/resource.ts';
import { typeUrls } from '../snapshot/type-url.ts';

export const emptyAssignmentVersion = 'empty';

/** Stands for endpoints that do not exist. */
export function emptyAssignment(clusterName: string): Resource {
  const body = toBinary(ClusterLoadAssignmentSchema, create(ClusterLoadAssignmentSchema, { clusterName }));
  return { typeUrl: typeUrls.endpoint, name: clusterName, version: emptyAssignmentVersion, body, origins: [] };
}
