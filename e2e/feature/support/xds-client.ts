import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  type StatusObject,
} from '@grpc/grpc-js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../../../src/gen/envoy/service/discovery/v3/discovery_pb.js';
import { type TypeName, typeUrls } from '../../../src/xds/snapshot/type-url.ts';

type NodeInit = NonNullable<MessageInitShape<typeof DiscoveryRequestSchema>['node']>;

export interface ScriptedClientOptions {
  readonly port: number;
  readonly node?: NodeInit | undefined;
  readonly credentials?: ChannelCredentials;
  /** Full method; aggregated if absent. */
  readonly method?: string;
  /** Answers every response with an ACK by itself. */
  readonly acks?: boolean;
  /** With `acks`: the text with which a response is refused that holds a resource of this name, or has this in its bytes. */
  readonly refuses?: (name: string, bytes: Buffer) => string | undefined;
}

export interface Received {
  readonly type: string;
  readonly nonce: string;
  readonly version: string;
  /** Names of the resources, in order. */
  readonly names: readonly string[];
  /** Their versions; only the delta variant tells them. */
  readonly versions: readonly string[];
  readonly removed: readonly string[];
  readonly bytes: number;
}

/** One of ours, or the URL of one that nobody knows. */
type AnyType = TypeName | `type.googleapis.com/${string}`;

interface Request {
  readonly type?: AnyType | '' | undefined;
  readonly names?: readonly string[];
  readonly without?: readonly string[];
  readonly holds?: Readonly<Record<string, string>>;
  readonly nonce?: string;
  readonly error?: string;
}

const aggregated = '/envoy.service.discovery.v3.AggregatedDiscoveryService/';
const shortNames = new Map(Object.entries(typeUrls).map(([name, url]) => [url as string, name]));

function urlOf(type: AnyType): string {
  return type.startsWith('type.googleapis.com/') ? type : typeUrls[type as TypeName];
}

/** A client of one stream over real gRPC that does what a test says, and nothing by itself unless told to ACK. */
export function scriptedXdsClient(variant: 'sotw' | 'delta', options: ScriptedClientOptions) {
  const channel = new Client(`127.0.0.1:${options.port}`, options.credentials ?? credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    ...(options.credentials && { 'grpc.ssl_target_name_override': 'localhost' }),
  });
  const method =
    options.method ?? `${aggregated}${variant === 'sotw' ? 'StreamAggregatedResources' : 'DeltaAggregatedResources'}`;
  const identity = (bytes: Buffer): Buffer => bytes;
  const stream: ClientDuplexStream<Buffer, Buffer> = channel.makeBidiStreamRequest(method, identity, identity);
  const received: Received[] = [];
  const subscriptions = new Map<string, readonly string[]>();
  let taken = 0;
  let end: StatusObject | undefined;
  let isFirst = true;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resume of [...waiting]) resume();
  };

  stream.on('data', (bytes: Buffer) => {
    const response = variant === 'sotw' ? readSotw(bytes) : readDelta(bytes);
    received.push(response);
    if (options.acks) {
      const error = response.names.map((name) => options.refuses?.(name, bytes)).find((text) => text !== undefined);
      send({ type: response.type as TypeName, nonce: response.nonce, ...(error !== undefined && { error }) });
    }
    wake();
  });
  stream.on('error', () => undefined);
  stream.on('status', (status: StatusObject) => {
    end = status;
    wake();
  });

  function send(request: Request): void {
    const node = isFirst ? (options.node ?? { id: 'test', cluster: 'test' }) : undefined;
    isFirst = false;
    const typeUrl = request.type ? urlOf(request.type) : '';
    const error = request.error === undefined ? {} : { errorDetail: { code: 3, message: request.error } };
    const common = { ...(node && { node }), typeUrl, responseNonce: request.nonce ?? '', ...error };
    if (variant === 'sotw') {
      const resourceNames = [...(request.names ?? subscriptions.get(typeUrl) ?? [])];
      subscriptions.set(typeUrl, resourceNames);
      stream.write(
        Buffer.from(toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, { ...common, resourceNames }))),
      );
      return;
    }
    const message = create(DeltaDiscoveryRequestSchema, {
      ...common,
      resourceNamesSubscribe: [...(request.names ?? [])],
      resourceNamesUnsubscribe: [...(request.without ?? [])],
      initialResourceVersions: { ...request.holds },
    });
    stream.write(Buffer.from(toBinary(DeltaDiscoveryRequestSchema, message)));
  }

  async function until<T>(what: string, find: () => T | undefined, limitMs = 5_000): Promise<T> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no ${what} within ${limitMs} ms; received: ${JSON.stringify(received)}`);
      await new Promise<void>((resolve) => {
        const resume = (): void => {
          clearTimeout(timer);
          waiting.delete(resume);
          resolve();
        };
        const timer = setTimeout(resume, left);
        waiting.add(resume);
      });
    }
  }

  return {
    send,
    ask: (type: AnyType | undefined, names?: readonly string[], more: Request = {}) =>
      send({ ...more, type, ...(names && { names }) }),
    ack: (response: Received, more: Request = {}) =>
      send({ ...more, type: response.type as TypeName, nonce: response.nonce }),
    nack: (response: Received, error: string) =>
      send({ type: response.type as TypeName, nonce: response.nonce, error }),
    /** The next response that was not taken yet. */
    next: () => until('response', () => (taken < received.length ? received[taken++] : undefined)),
    /** Resolves to the responses that came in this time: for saying that none did. */
    async quiet(ms: number): Promise<readonly Received[]> {
      await new Promise((resolve) => setTimeout(resolve, ms));
      const rest = received.slice(taken);
      taken = received.length;
      return rest;
    },
    ended: () => until('end of the stream', () => end),
    halfClose: () => stream.end(),
    close(): void {
      stream.cancel();
      channel.close();
    },
    received,
    pause: () => stream.pause(),
    resume: () => stream.resume(),
  };
}

export type ScriptedXdsClient = ReturnType<typeof scriptedXdsClient>;

/** A response as one line: `cluster: a b -gone`. */
export function line(response: Received): string {
  return [`${response.type}:`, ...response.names, ...response.removed.map((name) => `-${name}`)].join(' ');
}

function readSotw(bytes: Buffer): Received {
  const response = fromBinary(DiscoveryResponseSchema, bytes);
  return {
    type: shortNames.get(response.typeUrl) ?? response.typeUrl,
    nonce: response.nonce,
    version: response.versionInfo,
    // A resource carries its name inside, as field 1 of all types that are asked for here.
    names: response.resources.map(({ value }) => nameIn(value)),
    versions: [],
    removed: [],
    bytes: bytes.length,
  };
}

function readDelta(bytes: Buffer): Received {
  const response = fromBinary(DeltaDiscoveryResponseSchema, bytes);
  return {
    type: shortNames.get(response.typeUrl) ?? response.typeUrl,
    nonce: response.nonce,
    version: '',
    names: response.resources.map(({ name }) => name),
    versions: response.resources.map(({ version }) => version),
    removed: response.removedResources,
    bytes: bytes.length,
  };
}

function nameIn(body: Uint8Array): string {
  const length = body[1] ?? 0;
  return body[0] === 0x0a ? Buffer.from(body.subarray(2, 2 + length)).toString() : '';
}
