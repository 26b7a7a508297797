import {
  clusterNames,
  demandedTokensHeader,
  demandingRole,
  metadataNamespaces,
  processorAuthorities,
  processorRoleHeader,
  virtualHostAttribute,
} from '../../../contract.ts';
import {
  ExternalProcessorSchema,
  ExtProcPerRouteSchema,
} from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import {
  ProcessingMode_BodySendMode as BodyMode,
  ProcessingMode_HeaderSendMode as HeaderMode,
} from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import { StatusCode } from '../../../gen/envoy/type/v3/http_status_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import type { TokenDemand } from '../../../model/token-demand.ts';
import { seconds } from '../duration.ts';
import { type Extension, extension, packed } from '../extension.ts';

const processorFilterName = 'envoy.filters.http.ext_proc';

/**
 * Switches the filter of a listener on, for the route on which a request stands until the processor has decided. Without
 * a route it stays off: what Envoy answers to bytes that are no request would wait for the processor, and Envoy closes
 * such a connection at once, so the caller would get nothing at all. `tokens`: the processor has to demand what Envoy only
 * notes. That is said with each stream, so that one which does not know of it, or not yet, lets nobody in.
 */
export function processed(tokens: TokenDemand | undefined) {
  const demanding = tokens && [
    { key: processorRoleHeader, value: demandingRole },
    { key: demandedTokensHeader, value: tokens.filter },
  ];
  const overrides = { ...(demanding && { grpcInitialMetadata: demanding }) };
  return {
    [processorFilterName]: packed(ExtProcPerRouteSchema, { override: { case: 'overrides', value: overrides } }),
  };
}

/**
 * For all other routes: the filter is in the chain, and lets pass. Envoy builds the chain by the first route of a request.
 * Were the filter missing there, a filter of a policy that has another route chosen would lead to models past the
 * processor.
 */
export const unprocessed = {
  [processorFilterName]: packed(ExtProcPerRouteSchema, { override: { case: 'disabled', value: true } }),
};

/**
 * Opens the one stream that every request needs. The body is buffered, which is what makes a further attempt possible.
 * The answer to the response headers says whether the response body is wanted.
 */
export function routerProcessor({ listeners }: Pick<GatewayModel, 'listeners'>): Extension {
  const isAnyTokenNoted = listeners.some(
    ({ notedTokens, tokens }) => notedTokens !== undefined || tokens !== undefined,
  );
  return extension(processorFilterName, ExternalProcessorSchema, {
    ...common('router'),
    // Where there is but one, everybody comes by it.
    requestAttributes: listeners.length > 1 ? [virtualHostAttribute] : [],
    processingMode: {
      requestHeaderMode: HeaderMode.SEND,
      requestBodyMode: BodyMode.BUFFERED,
      responseHeaderMode: HeaderMode.SEND,
      responseBodyMode: BodyMode.NONE,
      requestTrailerMode: HeaderMode.SKIP,
      responseTrailerMode: HeaderMode.SKIP,
    },
    // Each is an expression that Envoy evaluates for every response: only those that a stage reads.
    responseAttributes: ['response.code_details', 'upstream.request_attempt_count'],
    metadataOptions: {
      receivingNamespaces: {
        untyped: [metadataNamespaces.route, metadataNamespaces.log],
        typed: [metadataNamespaces.route],
      },
      forwardingNamespaces: {
        untyped: [metadataNamespaces.failed, ...(isAnyTokenNoted ? [metadataNamespaces.tokens] : [])],
      },
    },
  });
}

/**
 * Prepares a later attempt for the provider it goes to. Headers only: the answer replaces path, headers and body in one
 * message. It touches response bodies only where a policy watches them, and then collects them whole: streamed ones are
 * judged by the filter below.
 */
export function upstreamProcessor(): Extension {
  return extension(processorFilterName, ExternalProcessorSchema, {
    ...common('upstream'),
    processingMode: {
      requestHeaderMode: HeaderMode.SEND,
      requestBodyMode: BodyMode.NONE,
      responseHeaderMode: HeaderMode.SKIP,
      responseBodyMode: BodyMode.NONE,
      requestTrailerMode: HeaderMode.SKIP,
      responseTrailerMode: HeaderMode.SKIP,
    },
    requestAttributes: ['xds.cluster_name'],
    responseAttributes: ['xds.cluster_name'],
    metadataOptions: {
      receivingNamespaces: { untyped: [metadataNamespaces.log] },
      forwardingNamespaces: requestState,
    },
  });
}

/**
 * Holds the headers of a stream of events until its start has been judged. The processor then ends its stream, and the
 * rest of the response flows past it. It must: Envoy 1.40.0 dies when an upstream processor filter still hands on what it
 * has of a response that the provider has finished, while a slow client makes some buffer pass its limit.
 */
export function watchProcessor(): Extension {
  return extension(processorFilterName, ExternalProcessorSchema, {
    ...common('watch'),
    processingMode: {
      requestHeaderMode: HeaderMode.SEND,
      requestBodyMode: BodyMode.NONE,
      responseHeaderMode: HeaderMode.SEND,
      responseBodyMode: BodyMode.STREAMED,
      requestTrailerMode: HeaderMode.SKIP,
      responseTrailerMode: HeaderMode.SEND,
    },
    sendBodyWithoutWaitingForHeaderResponse: true,
    metadataOptions: { forwardingNamespaces: requestState },
    // Held headers are an answer that is not there yet. The attempt has a time-out of its own.
    messageTimeout: seconds(3600),
    // A processor that dies in the middle has judged nothing, and the response may be a good one.
    failureModeAllow: true,
  });
}

/** Where the processor has written by what it finds the state of the request again; and what has failed since. */
const requestState = { untyped: [metadataNamespaces.route, metadataNamespaces.failed] };

function common(role: keyof typeof processorAuthorities) {
  const authority = processorAuthorities[role];
  return {
    statPrefix: role,
    grpcService: {
      targetSpecifier: {
        case: 'envoyGrpc' as const,
        // Nothing here reads Envoy's own headers on the stream; leaving them out saves their bytes on every request.
        value: {
          clusterName: clusterNames.processor,
          skipEnvoyHeaders: true,
          // Envoy's default is said to nobody: what stands here is copied and hashed for every stream.
          ...(authority !== clusterNames.processor && { authority }),
        },
      },
      // No retry policy here: Envoy would build it anew for every stream. The processor's cluster has one (bootstrap).
    },
    // Without the processor nobody has checked the key: no answer, no passage.
    failureModeAllow: false,
    statusOnError: { code: StatusCode.ServiceUnavailable },
    // Covers the slowest stage that may stand between two messages (a remote guardrail, Redis), and ends what hangs.
    messageTimeout: seconds(10),
    // The processor may ask for more, for instance to hold the headers until the first token.
    maxMessageTimeout: seconds(600),
    allowModeOverride: true,
    mutationRules: {
      // `x-envoy-max-retries` and the other control headers of the router.
      allowEnvoy: true,
      // `:path`, `:method` and the host: each provider has its own.
      allowAllRouting: true,
    },
  };
}
