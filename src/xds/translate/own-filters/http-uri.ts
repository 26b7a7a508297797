import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HttpUriSchema } from '../../../gen/envoy/config/core/v3/http_uri_pb.js';
import type { FetchedFile } from '../../../model/own-filter.ts';
import { seconds } from '../duration.ts';

export function httpUri({ url, cluster }: FetchedFile, timeoutSeconds: number): MessageInitShape<typeof HttpUriSchema> {
  return {
    uri: url,
    httpUpstreamType: { case: 'cluster', value: cluster },
    timeout: seconds(timeoutSeconds),
  };
}
