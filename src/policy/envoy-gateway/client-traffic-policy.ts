import { authorityReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { servedValues } from '../schema/served-values.ts';
import { except, refused, unservedYet } from '../schema/verdict.ts';
import { byteSize } from './byte-size.ts';
import { fittingVersions, listenerTlsFields } from './listener-tls.ts';
import { gatewayTarget, targetFields, withTargets } from './policy-targets.ts';

const ownValues = 'Envoy’s own values are used';
const byCertificate = 'whoever shows a certificate that is signed by these is let in';

const clientValidation = object({
  caCertificateRefs: optional(list(authorityReference, { most: 8 }), 'Who may sign clients’ certificates.'),
  optional: optional(boolean, 'true: a client without certificate is let in.'),
  mode: optional(
    servedValues(['VerifyIfGiven', 'RequireAndVerify'], {
      Request: 'a certificate that nobody verifies says nothing',
      RequireAny: 'a certificate that nobody verifies says nothing',
    }),
    'RequireAndVerify, or VerifyIfGiven: a client without certificate is let in.',
  ),
  certificateHashes: refused(byCertificate),
  spkiHashes: refused(byCertificate),
  subjectAltNames: refused(byCertificate),
  allowExpiredCertificate: refused('a certificate that has expired is none'),
  crl: refused('certificates live briefly instead of being revoked'),
});

const tls = fittingVersions(
  object({
    clientValidation: optional(clientValidation, 'Certificates of clients (mTLS).'),
    ...listenerTlsFields,
    fingerprints: refused('nothing is told of how clients shake hands'),
    session: refused(ownValues),
  }),
);

const windowsOfOurs = 'the windows of callers are the gateway’s own';

/** Windows only say how fast bytes come: whoever asks for others is served without. */
const http2 = object({
  initialStreamWindowSize: unservedYet(windowsOfOurs, { as: byteSize }),
  initialConnectionWindowSize: unservedYet(windowsOfOurs, { as: byteSize }),
  maxConcurrentStreams: refused(ownValues),
  onInvalidMessage: refused(ownValues),
  connectionKeepalive: refused(ownValues),
});

/** How callers are listened to, in the words of Envoy Gateway. */
export const clientTrafficPolicySpec = withTargets(
  object({
    ...targetFields([gatewayTarget]),
    connection: optional(
      object({
        bufferLimit: optional(
          except(
            byteSize,
            'of whole Gateways, for requests to models; for listeners and ordinary services it is reported',
          ),
          'Largest request body, as maxBodySize of GatewayPolicy.',
        ),
        socketBufferLimit: refused(ownValues),
        connectionLimit: refused('connections are not counted'),
        maxAcceptPerSocketEvent: refused(ownValues),
      }),
      'Of connections.',
    ),
    tls: optional(tls, 'Of listeners with TLS.'),
    timeout: refused('an answer may take as long as its route says'),
    clientIPDetection: refused('callers are known by their keys'),
    enableProxyProtocol: refused('listeners speak HTTP at once'),
    proxyProtocol: refused('listeners speak HTTP at once'),
    headers: refused('headers are changed by routes'),
    healthCheck: refused('health is told on a port of its own'),
    http1: refused(ownValues),
    http2: optional(http2, 'Of HTTP/2.'),
    http3: refused('HTTP/3 is not spoken'),
    grpc: refused('models do not answer in gRPC'),
    path: refused('paths are always normalised'),
    scheme: refused(ownValues),
    tcp: refused('listeners speak HTTP at once'),
    tcpKeepalive: refused(ownValues),
  }),
);
