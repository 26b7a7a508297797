import { isIP } from 'node:net';
import {
  SubjectAltNameMatcher_SanType as SanType,
  TlsParameters_TlsProtocol,
} from '../../../gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { UpstreamTlsContextSchema } from '../../../gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { UpstreamTls } from '../../../model/provider.ts';
import { secretOverAds } from '../ads.ts';
import { type Extension, extension } from '../extension.ts';
import type { TranslateOptions } from '../options.ts';

/**
 * TLS to a provider. The certificate must be from a trusted authority and carry the provider's name: without the second
 * check anybody with any valid certificate could stand in for it.
 */
export function upstreamTls(tls: UpstreamTls, options: TranslateOptions): Extension {
  const isAddress = isIP(tls.serverName) !== 0;
  return extension('envoy.transport_sockets.tls', UpstreamTlsContextSchema, {
    // RFC 6066 section 3: literal addresses are not permitted as server name.
    sni: isAddress ? '' : tls.serverName,
    commonTlsContext: {
      tlsParams: { tlsMinimumProtocolVersion: TlsParameters_TlsProtocol.TLSv1_2 },
      tlsCertificateSdsSecretConfigs: tls.clientCertificate === undefined ? [] : [secretOverAds(tls.clientCertificate)],
      validationContextType: validation(tls, options),
    },
  });
}

function validation(tls: UpstreamTls, options: TranslateOptions) {
  const ownName = {
    matchTypedSubjectAltNames:
      tls.subjectNames === undefined
        ? [exactName(isIP(tls.serverName) === 0 ? SanType.DNS : SanType.IP_ADDRESS, tls.serverName)]
        : tls.subjectNames.map(({ kind, value }) => exactName(kind === 'uri' ? SanType.URI : SanType.DNS, value)),
  };
  if (tls.ca === undefined) {
    const trustedCa = { specifier: { case: 'filename', value: options.systemCaFile } } as const;
    return { case: 'validationContext', value: { ...ownName, trustedCa } } as const;
  }
  return {
    case: 'combinedValidationContext',
    value: { defaultValidationContext: ownName, validationContextSdsSecretConfig: secretOverAds(tls.ca) },
  } as const;
}

function exactName(sanType: SanType, value: string) {
  return { sanType, matcher: { matchPattern: { case: 'exact', value } as const } };
}
