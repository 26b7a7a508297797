import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConfigSourceSchema } from '../../gen/envoy/config/core/v3/config_source_pb.js';
import { ApiVersion } from '../../gen/envoy/config/core/v3/config_source_pb.js';
import type { SdsSecretConfigSchema } from '../../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';

/** Everything comes over the one ADS stream, which is what makes an order of publishing possible. */
export const overAds = {
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: { case: 'ads', value: {} },
} as const satisfies MessageInitShape<typeof ConfigSourceSchema>;

export function secretOverAds(name: string): MessageInitShape<typeof SdsSecretConfigSchema> {
  return { name, sdsConfig: overAds };
}
