import { status } from '@grpc/grpc-js';
import type { DeltaDiscoveryRequest, DiscoveryRequest } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { redactText } from '../../lib/redact.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { TurnedAway } from './admission.ts';
import type { Answer } from './answer.ts';
import type { DiscoveryMethod } from './services.ts';
import type { ClientStream } from './stream.ts';

export type AnyRequest = DiscoveryRequest | DeltaDiscoveryRequest;

/** Envoy has seven and the processor about ten. Each is looked at for every request, which nobody may make slow. */
const mostTypes = 64;

/** The type that a request is about; an error ends the stream. */
export function requestedType(
  request: AnyRequest,
  { service, impliedType }: DiscoveryMethod,
  known: ReadonlyMap<string, unknown>,
): Result<string, TurnedAway> {
  const typeUrl = request.typeUrl || impliedType;
  if (typeUrl === undefined) {
    return err({ code: status.INVALID_ARGUMENT, text: 'A request on an aggregated stream must carry a type_url.' });
  }
  if (impliedType !== undefined && typeUrl !== impliedType) {
    return err({ code: status.INVALID_ARGUMENT, text: `${service} serves ${impliedType} only.` });
  }
  if (known.size >= mostTypes && !known.has(typeUrl)) {
    return err({ code: status.RESOURCE_EXHAUSTED, text: `A stream may ask for ${mostTypes} types at most.` });
  }
  return ok(typeUrl);
}

/** Hands a request to the state of its stream, in the words of that. */
export function applyRequest(stream: ClientStream, typeUrl: string, request: AnyRequest, now: number): Answer {
  const error = errorOf(request);
  if ('resourceNames' in request) {
    const { resourceNames: names, responseNonce: nonce } = request;
    return stream.onSotw(typeUrl, { names, nonce, error }, now);
  }
  return stream.onDelta(
    typeUrl,
    {
      subscribe: request.resourceNamesSubscribe,
      unsubscribe: request.resourceNamesUnsubscribe,
      nonce: request.responseNonce,
      error,
      initialVersions: request.initialResourceVersions,
    },
    now,
  );
}

/** Envoy repeats a message that it refuses, with whatever secret is in it. */
function errorOf({ errorDetail }: AnyRequest): string | undefined {
  return errorDetail && (redactText(errorDetail.message) || 'refused without a reason');
}
