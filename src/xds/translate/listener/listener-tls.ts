import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  TlsParameters_TlsProtocol,
  type TlsParametersSchema,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from '../../../gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import {
  type CommonTlsContext,
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
} from '../../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { ListenerTls, TlsParameters } from '../../../model/listener.ts';
import { secretOverAds } from '../ads.ts';
import { type Extension, extension } from '../extension.ts';

/** Certificates come by name over SDS, so that a rotation is a new secret and not a new listener, which would cut streams. */
export function listenerTls(tls: ListenerTls): Extension {
  return extension('envoy.transport_sockets.tls', DownstreamTlsContextSchema, {
    requireClientCertificate: tls.isClientCertificateRequired,
    commonTlsContext: {
      tlsParams: parametersOf(tls.parameters),
      alpnProtocols: [...(tls.parameters?.alpnProtocols ?? ['h2', 'http/1.1'])],
      tlsCertificateSdsSecretConfigs: tls.certificates.map(secretOverAds),
      ...clientsOf(tls),
    },
  });
}

const protocols = {
  '1.2': TlsParameters_TlsProtocol.TLSv1_2,
  '1.3': TlsParameters_TlsProtocol.TLSv1_3,
} as const;

/** Newer versions than Envoy speaks by itself there are none: that of `maxVersion` is left to it, unless it is written. */
function parametersOf({
  minVersion = '1.2',
  maxVersion,
  ciphers = [],
  ecdhCurves = [],
  signatureAlgorithms = [],
}: TlsParameters = {}): MessageInitShape<typeof TlsParametersSchema> {
  return {
    tlsMinimumProtocolVersion: protocols[minVersion],
    ...(maxVersion && { tlsMaximumProtocolVersion: protocols[maxVersion] }),
    cipherSuites: [...ciphers],
    ecdhCurves: [...ecdhCurves],
    signatureAlgorithms: [...signatureAlgorithms],
  };
}

function clientsOf({
  clientCa,
  isUntrustedAccepted,
}: ListenerTls): Exclude<MessageInitShape<typeof CommonTlsContextSchema>, CommonTlsContext> {
  if (clientCa === undefined) return {};
  const signers = secretOverAds(clientCa);
  if (!isUntrustedAccepted) {
    return { validationContextType: { case: 'validationContextSdsSecretConfig', value: signers } };
  }
  const value = {
    defaultValidationContext: { trustChainVerification: TrustChain.ACCEPT_UNTRUSTED },
    validationContextSdsSecretConfig: signers,
  };
  return { validationContextType: { case: 'combinedValidationContext', value } };
}
