import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type AdmissionRules, admit } from './admission.ts';
import type { Answer } from './answer.ts';
import { type ClientState, nodeOf, type SentResponse, type XdsEvent } from './client.ts';
import type { Outgoing } from './due.ts';
import { encodeResponse } from './encode.ts';
import { callerOf } from './peer.ts';
import { type AnyRequest, applyRequest, requestedType } from './request.ts';
import { acceptedVersion, resourceStates, typeSummary } from './resource-states.ts';
import type { DeltaCall, DiscoveryMethod, SotwCall } from './services.ts';
import { createClientStream } from './stream.ts';

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

/** Who is at the other end, once it has said so and was let in. */
type Client = Pick<ClientState, 'node' | 'group'>;

export function createSession(
  call: SotwCall | DeltaCall,
  method: DiscoveryMethod,
  host: SessionHost,
  onClose: () => void,
): Session {
  const stream = createClientStream(method.variant);
  const connectedAt = host.now();
  let client: Client | undefined;
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
    if (client !== undefined) host.emit({ kind: 'disconnected', ...client });
    host.changed();
  }

  /** The node comes with the first request only; without it nobody knows whose configuration is wanted. */
  function identify(request: AnyRequest): Client | undefined {
    if (client !== undefined) return client;
    const node = nodeOf(request.node ?? create(NodeSchema));
    const admitted = admit(node, callerOf(call), host.rules);
    if (!admitted.ok) {
      host.emit({ kind: 'turned away', node, text: admitted.error.text });
      end(admitted.error.code, admitted.error.text);
      return undefined;
    }
    client = { node, group: admitted.value };
    host.emit({ kind: 'connected', ...client });
    return client;
  }

  function take(request: AnyRequest): void {
    const asking = isOver ? undefined : identify(request);
    if (asking === undefined) return;
    const typeUrl = requestedType(request, method, stream.types);
    if (!typeUrl.ok) {
      end(typeUrl.error.code, typeUrl.error.text);
      return;
    }
    report(applyRequest(stream, typeUrl.value, request, host.now()), typeUrl.value, asking);
    advance();
    host.changed();
  }

  function report(answer: Answer, typeUrl: string, from: Client): void {
    if (answer.kind === 'ack') host.emit({ kind: 'ack', ...from, typeUrl });
    if (answer.kind === 'nack') host.emit({ ...answer, ...from, typeUrl });
  }

  function desired(): Snapshot | undefined {
    return client && host.desired(client.group);
  }

  function advance(): void {
    // A client that does not read is told nothing more until it does; what it then hears is the newest state.
    const snapshot = isOver || isBlocked ? undefined : desired();
    if (client === undefined || snapshot === undefined) return;
    clearTimeout(timer);
    const { responses, againAt } = stream.due(snapshot, host.now());
    for (const response of responses) send(response, client);
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

  function send(response: Outgoing, to: Client): void {
    const bytes = encodeResponse(method.variant, response);
    if (!call.write(bytes)) isBlocked = true;
    const { typeUrl, resources, removed } = response;
    host.sent({ ...to, typeUrl, resources: resources.length, removed: removed.length, bytes: bytes.length });
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
      return client?.group;
    },
    advance,
    isSettled(typeUrls) {
      const snapshot = desired();
      return snapshot === undefined || stream.isSettled(snapshot, typeUrls);
    },
    state() {
      if (client === undefined) return undefined;
      const snapshot = desired();
      const types = [...stream.types.values()].map((type) =>
        typeSummary(type, snapshot !== undefined && stream.isSettled(snapshot, [type.typeUrl])),
      );
      const resources = () => [...stream.types.values()].flatMap(resourceStates);
      return { ...client, connectedAt, types, resources };
    },
    acceptedVersion: (typeUrl, name) => acceptedVersion(stream.types.get(typeUrl), name),
    end,
  };
}
