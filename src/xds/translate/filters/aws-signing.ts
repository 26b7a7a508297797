import { AwsRequestSigningSchema } from '../../../gen/envoy/extensions/filters/http/aws_request_signing/v3/aws_request_signing_pb.js';
import type { Provider } from '../../../model/provider.ts';
import type { AwsKey } from '../../../model/secret.ts';
import { authority } from '../cluster/authority.ts';
import { type Extension, extension } from '../extension.ts';

/** Signs method, path, body and the headers that matter. */
export function signRequests(provider: Provider, key: AwsKey | undefined): Extension | undefined {
  const { credential, endpoint, tls } = provider;
  if (credential === undefined || 'header' in credential || key === undefined) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken = '' } = key;
  return extension('envoy.filters.http.aws_request_signing', AwsRequestSigningSchema, {
    serviceName: credential.service,
    region: credential.region,
    // The router writes the provider's name only once there is a connection, which may be after the signature.
    hostRewrite: authority(endpoint, tls !== undefined),
    // Besides the host. What else there is may still be changed by the codec.
    matchIncludedHeaders: [
      { matchPattern: { case: 'exact', value: 'content-type' } },
      { matchPattern: { case: 'prefix', value: 'x-amz-' } },
    ],
    credentialProvider: { inlineCredential: { accessKeyId, secretAccessKey, sessionToken } },
  });
}
