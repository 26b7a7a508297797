import { HttpProtocolOptions_HeadersWithUnderscoresAction as Underscores } from '../../../gen/envoy/config/core/v3/protocol_pb.js';
import {
  HttpConnectionManager_CodecType as Codec,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import { overAds } from '../ads.ts';
import { seconds } from '../duration.ts';
import { type Extension, extension } from '../extension.ts';
import { downstreamFilters } from '../filters/order.ts';
import type { Port } from '../ports.ts';
import { routeTableName } from '../routes/route-table-name.ts';
import { accessLogs } from './access-log.ts';
import { localReplyConfig } from './local-replies.ts';
import { clientHeaders } from './sanitise.ts';

const kibibyte = 1024;

/** Frames of up to 16 KiB that may wait for a client that does not read. Envoy's default; the buffer limit builds on it. */
const mostWaitingFrames = 10_000;

export function connectionManager(port: Port, gateway: GatewayModel): Extension {
  return extension('envoy.filters.network.http_connection_manager', HttpConnectionManagerSchema, {
    codecType: Codec.AUTO,
    statPrefix: 'gateway',
    routeSpecifier: { case: 'rds', value: { configSource: overAds, routeConfigName: routeTableName(port, gateway) } },

    // Sluice stands at the edge: whoever connects is the client, and what it says about its address is not believed.
    useRemoteAddress: true,
    earlyHeaderMutationExtensions: [clientHeaders],
    generateRequestId: true,
    alwaysSetRequestIdInResponse: true,
    // A provider's `server: cloudflare` would tell who answered to whom it does not concern.
    serverHeaderTransformation: ServerHeader.OVERWRITE,
    serverName: 'sluice',

    // One spelling per path before anybody compares it: `.`, `..` and `//` mean the same everywhere and are resolved. What
    // escaped slashes mean is not agreed upon: those are refused by a route.
    normalizePath: true,
    mergeSlashes: true,
    pathWithEscapedSlashesAction: EscapedSlashes.KEEP_UNCHANGED,

    commonHttpProtocolOptions: {
      idleTimeout: seconds(300),
      maxHeadersCount: 100,
      // Some servers read `_` as `-`, and would take `x_forwarded_for` for the header of that name.
      headersWithUnderscoresAction: Underscores.DROP_HEADER,
    },
    http2ProtocolOptions: {
      maxConcurrentStreams: 250,
      maxOutboundFrames: mostWaitingFrames,
      // A load balancer sends the requests of many over one connection: what one of them writes wrong ends that one only.
      overrideStreamErrorOnInvalidHttpMessage: true,
      // Prompts of usual size fit into one window. Envoy's default of 16 MiB per stream is memory for the asking.
      initialStreamWindowSize: 1024 * kibibyte,
      initialConnectionWindowSize: 4096 * kibibyte,
    },
    maxRequestHeadersKb: 64,
    // Slow senders hold memory. The last bounds a body that trickles; all end with the complete request.
    requestHeadersTimeout: seconds(10),
    requestTimeout: seconds(300),
    streamIdleTimeout: seconds(300),

    accessLog: accessLogs(gateway.settings),
    localReplyConfig: localReplyConfig(gateway),
    httpFilters: downstreamFilters(gateway),
  });
}
