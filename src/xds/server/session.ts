import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import type { DeltaDiscoveryRequest, DiscoveryRequest } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { redactText } from '../../lib/redact.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type AdmissionRules, admit } from './admission.ts';
import type { Answer } from './answer.ts';
import { type ClientState, nodeOf, type SentResponse, type XdsEvent, type XdsNode } from './client.ts';
import type { Outgoing } from './due.ts';
import { encodeResponse } from './encode.ts';
import { callerOf } from './peer.ts';
import { resourceStates, typeSummary } from './resource-states.ts';
import type { DeltaCall, DiscoveryMethod, SotwCall } from './services.ts';
import { createClientStream } from './stream.ts';

/** Envoy has seven and the processor about ten. Each is looked at for every request, which nobody may make slow. */
const mostTypes = 64;

/** What a session needs of the server around it. */
export interface SessionHost {
  readonly rules: AdmissionRules;
  /** Streams end by themselves after this time. */
  streamAgeMs(): number;
  desired(group: string): Snapshot | undefined;
  emit(event: XdsEvent): void;
  sent(response: SentResponse): void;
  /** Something about this session changed that somebody may be waiting for. */
  changed(): void;
  now(): number;
}

/** One open stream: the adapter between gRPC and the state machines. */
export interface Session {
  readonly group: string | undefined;
  /** Sends what is due. */
  advance(): void;
  isSettled(typeUrls: readonly string[]): boolean;
  state(): ClientState | undefined;
  /** Of the version that the client took last, unless it has refused the same one since. */
  acceptedVersion(typeUrl: string, name: string): string | undefined;
  end(code: status, details: string): void;
}

export function createSession(
  call: SotwCall | DeltaCall,
  method: DiscoveryMethod,
  host: SessionHost,
  onClose: () => void,
): Session {
  const stream = createClientStream(method.variant);
  const connectedAt = host.now();
  let node: XdsNode | undefined;
  let group: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let isBlocked = false;
  const ageTimer = setTimeout(
    () => end(status.UNAVAILABLE, 'The stream has reached its greatest age; connect again.'),
    host.streamAgeMs(),
  );
  ageTimer.unref();

  function end(code: status, details: string): void {
    if (isOver) return;
    close();
    call.emit('error', { code, details });
  }

  function close(): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    clearTimeout(ageTimer);
    onClose();
    if (node !== undefined && group !== undefined) host.emit({ kind: 'disconnected', node, group });
    host.changed();
  }

  /** The node comes with the first request only; without it nobody knows whose configuration is wanted. */
  function identify(request: DiscoveryRequest | DeltaDiscoveryRequest): boolean {
    if (node !== undefined) return true;
    const known = nodeOf(request.node ?? create(NodeSchema));
    const admitted = admit(known, callerOf(call), host.rules);
    if (!admitted.ok) {
      host.emit({ kind: 'turned away', node: known, text: admitted.error.text });
      end(admitted.error.code, admitted.error.text);
      return false;
    }
    node = known;
    group = admitted.value;
    host.emit({ kind: 'connected', node, group });
    return true;
  }

  function take(request: DiscoveryRequest | DeltaDiscoveryRequest): void {
    if (isOver || !identify(request)) return;
    const typeUrl = request.typeUrl || method.impliedType;
    if (typeUrl === undefined) {
      end(status.INVALID_ARGUMENT, 'A request on an aggregated stream must carry a type_url.');
      return;
    }
    if (method.impliedType !== undefined && typeUrl !== method.impliedType) {
      end(status.INVALID_ARGUMENT, `${method.service} serves ${method.impliedType} only.`);
      return;
    }
    if (stream.types.size >= mostTypes && !stream.types.has(typeUrl)) {
      end(status.RESOURCE_EXHAUSTED, `A stream may ask for ${mostTypes} types at most.`);
      return;
    }
    const answer = apply(typeUrl, request);
    report(typeUrl, answer);
    advance();
    host.changed();
  }

  function apply(typeUrl: string, request: DiscoveryRequest | DeltaDiscoveryRequest): Answer {
    // Envoy repeats a message that it refuses, with whatever secret is in it.
    const error =
      request.errorDetail === undefined
        ? undefined
        : redactText(request.errorDetail.message) || 'refused without a reason';
    if ('resourceNames' in request) {
      const { resourceNames: names, responseNonce: nonce } = request;
      return stream.onSotw(typeUrl, { names, nonce, error }, host.now());
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
      host.now(),
    );
  }

  function report(typeUrl: string, answer: Answer): void {
    if (node === undefined || group === undefined || answer.kind === 'none') return;
    if (answer.kind === 'ack') host.emit({ kind: 'ack', node, group, typeUrl });
    else host.emit({ ...answer, node, group, typeUrl });
  }

  function advance(): void {
    // A client that does not read is told nothing more until it does; what it then hears is the newest state.
    if (isOver || group === undefined || isBlocked) return;
    const desired = host.desired(group);
    if (desired === undefined) return;
    clearTimeout(timer);
    const { responses, againAt } = stream.due(desired, host.now());
    for (const response of responses) send(response);
    if (againAt === undefined) return;
    timer = setTimeout(
      () => {
        advance();
        host.changed();
      },
      Math.max(1, againAt - host.now()),
    );
    timer.unref();
  }

  function send(response: Outgoing): void {
    const bytes = encodeResponse(method.variant, response);
    if (!call.write(bytes)) isBlocked = true;
    if (node === undefined || group === undefined) return;
    const { typeUrl, resources, removed } = response;
    const counts = { resources: resources.length, removed: removed.length, bytes: bytes.length };
    host.sent({ node, group, typeUrl, ...counts });
  }

  call.on('data', take);
  call.on('drain', () => {
    isBlocked = false;
    advance();
  });
  call.on('end', () => {
    close();
    call.end();
  });
  call.on('cancelled', close);
  call.on('error', close);
  call.on('close', close);

  return {
    get group() {
      return group;
    },
    advance,
    isSettled(typeUrls) {
      const desired = group === undefined ? undefined : host.desired(group);
      return desired === undefined || stream.isSettled(desired, typeUrls);
    },
    state() {
      if (node === undefined || group === undefined) return undefined;
      const desired = host.desired(group);
      const types = [...stream.types.values()].map((type) =>
        typeSummary(type, desired !== undefined && stream.isSettled(desired, [type.typeUrl])),
      );
      const resources = () => [...stream.types.values()].flatMap(resourceStates);
      return { node, group, connectedAt, types, resources };
    },
    acceptedVersion(typeUrl, name) {
      const type = stream.types.get(typeUrl);
      const accepted = type?.holdings.get(name)?.accepted;
      return type?.refused.get(name) === accepted ? undefined : accepted;
    },
    end,
  };
}
