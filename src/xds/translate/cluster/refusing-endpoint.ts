import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LocalityLbEndpointsSchema } from '../../../gen/envoy/config/endpoint/v3/endpoint_components_pb.js';

/**
 * An endpoint that refuses every connection: nothing listens on port 1 of this machine, and nobody without privileges
 * can. Envoy does not try the next target when a cluster has no healthy host, but it does when a connection is refused.
 */
export function refusingEndpoint(priority: number): MessageInitShape<typeof LocalityLbEndpointsSchema> {
  return {
    priority,
    lbEndpoints: [
      {
        hostIdentifier: {
          case: 'endpoint',
          value: {
            hostname: 'refused.invalid',
            address: {
              address: {
                case: 'socketAddress',
                value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: 1 } },
              },
            },
          },
        },
      },
    ],
  };
}
