import { ExternalProcessorSchema } from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import {
  ProcessingMode_BodySendMode as BodyMode,
  ProcessingMode_HeaderSendMode as HeaderMode,
} from '../../../gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import type { ProcessorDirection, ProcessorFilter } from '../../../model/own-filter.ts';
import { milliseconds } from '../duration.ts';
import { type Extension, extension } from '../extension.ts';

export function processorFilter(filter: ProcessorFilter): Extension {
  const { name, cluster, authority, messageTimeoutMs, isOptional, request, response, mayChangeMode } = filter;
  return extension(name, ExternalProcessorSchema, {
    // Servers refuse the name of a cluster, which Envoy would call them by: it has slashes.
    grpcService: { targetSpecifier: { case: 'envoyGrpc', value: { clusterName: cluster, authority } } },
    failureModeAllow: isOptional,
    messageTimeout: milliseconds(messageTimeoutMs),
    processingMode: {
      requestHeaderMode: header(request),
      requestBodyMode: body(request),
      requestTrailerMode: trailer(request),
      responseHeaderMode: header(response),
      responseBodyMode: body(response),
      responseTrailerMode: trailer(response),
    },
    allowModeOverride: mayChangeMode,
    requestAttributes: [...(request?.attributes ?? [])],
    responseAttributes: [...(response?.attributes ?? [])],
    metadataOptions: {
      forwardingNamespaces: { untyped: [...filter.readableMetadata], typed: [...filter.readableMetadata] },
      receivingNamespaces: { untyped: [...filter.writableMetadata] },
    },
  });
}

function header(direction: ProcessorDirection | undefined): HeaderMode {
  return direction === undefined ? HeaderMode.SKIP : HeaderMode.SEND;
}

const bodies: Readonly<Record<ProcessorDirection['body'], BodyMode>> = {
  none: BodyMode.NONE,
  streamed: BodyMode.STREAMED,
  buffered: BodyMode.BUFFERED,
  bufferedPartial: BodyMode.BUFFERED_PARTIAL,
  duplex: BodyMode.FULL_DUPLEX_STREAMED,
};

function body(direction: ProcessorDirection | undefined): BodyMode {
  return direction === undefined ? BodyMode.NONE : bodies[direction.body];
}

/** Envoy demands them where bodies pass through the processor's hands entirely. */
function trailer(direction: ProcessorDirection | undefined): HeaderMode {
  return direction?.body === 'duplex' ? HeaderMode.SEND : HeaderMode.SKIP;
}
