import { TlsParameters_TlsProtocol } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { DownstreamTlsContextSchema } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { ListenerTls } from '../../../model/listener.ts';
import { secretOverAds } from '../ads.ts';
import { type Extension, extension } from '../extension.ts';

/** Certificates come by name over SDS, so that a rotation is a new secret and not a new listener, which would cut streams. */
export function listenerTls(tls: ListenerTls): Extension {
  return extension('envoy.transport_sockets.tls', DownstreamTlsContextSchema, {
    requireClientCertificate: tls.isClientCertificateRequired,
    commonTlsContext: {
      tlsParams: { tlsMinimumProtocolVersion: TlsParameters_TlsProtocol.TLSv1_2 },
      alpnProtocols: ['h2', 'http/1.1'],
      tlsCertificateSdsSecretConfigs: tls.certificates.map(secretOverAds),
      ...(tls.clientCa === undefined
        ? {}
        : {
            validationContextType: { case: 'validationContextSdsSecretConfig', value: secretOverAds(tls.clientCa) },
          }),
    },
  });
}
