import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import type { ReceivedResource, RefusedResource } from '../slot.ts';

/** Google's `INVALID_ARGUMENT`, as Envoy says it when it refuses configuration. */
const invalidArgument = 3;

/** Everything of a type, and what of it is here already: after a reconnect only differences come. */
export function subscribeToAll(
  typeUrl: string,
  versions: ReadonlyMap<string, string>,
  node: MessageInitShape<typeof NodeSchema> | undefined,
): DeltaDiscoveryRequest {
  return create(DeltaDiscoveryRequestSchema, {
    typeUrl,
    resourceNamesSubscribe: ['*'],
    initialResourceVersions: Object.fromEntries(versions),
    // The server keeps the node of the first message for the whole stream.
    ...(node !== undefined && { node }),
  });
}

/** Confirms a response, or says which of its resources were refused, each by name: the server acts on the names. */
export function acknowledge(
  response: DeltaDiscoveryResponse,
  refused: readonly RefusedResource[],
): DeltaDiscoveryRequest {
  return create(DeltaDiscoveryRequestSchema, {
    typeUrl: response.typeUrl,
    responseNonce: response.nonce,
    ...(refused.length > 0 && {
      errorDetail: {
        code: invalidArgument,
        message: refused.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
      },
    }),
  });
}

export function receivedResources(response: DeltaDiscoveryResponse): {
  readonly received: readonly ReceivedResource[];
  readonly refused: readonly RefusedResource[];
} {
  const received: ReceivedResource[] = [];
  const refused: RefusedResource[] = [];
  for (const { name, version, resource } of response.resources) {
    const fault = faultOf(resource, response.typeUrl);
    if (fault === undefined && resource !== undefined) received.push({ name, version, body: resource.value });
    else refused.push({ name, reason: fault ?? 'is empty' });
  }
  return { received, refused };
}

function faultOf(resource: Any | undefined, typeUrl: string): string | undefined {
  if (resource === undefined) return 'is empty';
  return resource.typeUrl === typeUrl ? undefined : `is a ${resource.typeUrl}`;
}
