import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { create, fromBinary, type JsonObject, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { expect } from 'vitest';
import { exchangeField, metadataNamespaces, processorAuthorities, processorMethod } from '../../src/contract.ts';
import type { Address } from '../../src/extproc/transport/address.ts';
import { PriorityGroupsOverrideSchema } from '../../src/gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import {
  ProcessingRequestSchema,
  type ProcessingResponse,
  ProcessingResponseSchema,
} from '../../src/gen/envoy/service/ext_proc/v3/external_processor_pb.js';

type Lines = Readonly<Record<string, string>>;

/** Plays Envoy against a processor: whole messages in protobuf-es, so that the processor's own codec is judged. */
export interface ScriptedEnvoy {
  /** A request at the router-level filter. */
  request(): Conversation;
  /** An attempt at the upstream filter. */
  attempt(): Conversation;
  close(): void;
}

export function scriptedEnvoy(address: Address): ScriptedEnvoy {
  const socket =
    'path' in address
      ? connectSocket({ path: address.path })
      : connectSocket({ host: address.host, port: address.port });
  const session = connect('http://processor', { createConnection: () => socket });
  session.on('error', () => {});
  return {
    request: () => new Conversation(session, 'router'),
    attempt: () => new Conversation(session, 'upstream'),
    close: () => session.destroy(),
  };
}

/** One ext_proc stream. Each method sends a message and resolves with the answer to it. */
export class Conversation {
  private readonly stream: ClientHttp2Stream;
  private received = Buffer.alloc(0);
  private readonly replies: Reply[] = [];
  private wake = (): void => {};
  /** gRPC status once the stream is over. */
  status: string | undefined = undefined;

  constructor(session: ClientHttp2Session, role: 'router' | 'upstream') {
    this.stream = session.request({
      ':method': 'POST',
      ':path': processorMethod,
      ':authority': processorAuthorities[role],
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const finish = (headers: IncomingHttpHeaders): void => {
      const status = headers['grpc-status'];
      if (status !== undefined) this.status = String(status);
      this.wake();
    };
    this.stream.on('response', finish);
    this.stream.on('trailers', finish);
    this.stream.on('error', () => {});
    this.stream.on('close', () => {
      this.status ??= 'reset';
      this.wake();
    });
    this.stream.on('data', (chunk: Buffer) => this.read(chunk));
  }

  /**
   * Request headers as Envoy sends them; without a body where `end` is set. `exchange`: what the upstream filter forwards
   * of the request's metadata.
   */
  requestHeaders(
    lines: Lines,
    { end = false, attributes = {} as JsonObject, exchange = undefined as string | undefined } = {},
  ): Promise<Reply> {
    return this.ask({
      request: { case: 'requestHeaders', value: { headers: headerMap(lines), endOfStream: end } },
      attributes: attributesOf(attributes),
      ...(exchange !== undefined && {
        metadataContext: { filterMetadata: { [metadataNamespaces.route]: { [exchangeField]: exchange } } },
      }),
    });
  }

  /** A whole body, as a filter in BUFFERED mode sends it. */
  requestBody(body: unknown): Promise<Reply> {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return this.ask({ request: { case: 'requestBody', value: { body: bytes, endOfStream: true } } });
  }

  responseHeaders(
    status: number,
    { attempts = 1, details = 'via_upstream', headers = { 'content-type': 'application/json' } as Lines } = {},
  ): Promise<Reply> {
    return this.ask({
      request: { case: 'responseHeaders', value: { headers: headerMap({ ':status': String(status), ...headers }) } },
      attributes: attributesOf({ 'response.code_details': details, 'upstream.request_attempt_count': attempts }),
    });
  }

  /** Sends bytes that need not be a message. */
  garbage(bytes: Buffer): void {
    this.stream.write(framed(bytes));
  }

  /** Half-closes as Envoy does when it is finished with the stream, and resolves with the gRPC status. */
  async end(): Promise<string> {
    this.stream.end();
    return this.ended();
  }

  async ended(): Promise<string> {
    while (this.status === undefined) await this.news();
    return this.status;
  }

  reset(): void {
    this.stream.close(8);
  }

  private async ask(init: MessageInitShape<typeof ProcessingRequestSchema>): Promise<Reply> {
    this.stream.write(framed(toBinary(ProcessingRequestSchema, create(ProcessingRequestSchema, init))));
    for (;;) {
      const reply = this.replies.shift();
      if (reply !== undefined) return reply;
      if (this.status !== undefined) return new Reply(undefined, this.status);
      await this.news();
    }
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private read(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 5 && this.received.length >= 5 + this.received.readUInt32BE(1)) {
      const end = 5 + this.received.readUInt32BE(1);
      this.replies.push(new Reply(fromBinary(ProcessingResponseSchema, this.received.subarray(5, end)), undefined));
      this.received = this.received.subarray(end);
    }
    this.wake();
  }
}

/** What the processor answered, in the words that tests use. */
export class Reply {
  readonly message: ProcessingResponse | undefined;
  /** gRPC status, where the stream ended instead of an answer. */
  readonly streamStatus: string | undefined;

  constructor(message: ProcessingResponse | undefined, streamStatus: string | undefined) {
    this.message = message;
    this.streamStatus = streamStatus;
  }

  /** Nothing but "go on": neither headers nor body change, though metadata may come along. */
  continues(): this {
    expect(this.message?.response.case, 'an answer').toMatch(/Headers$|Body$/);
    expect({ set: this.headers, removed: this.removed, body: this.body }).toEqual({
      set: {},
      removed: [],
      body: undefined,
    });
    return this;
  }

  /** An error of ours: its status and, in OpenAI's shape, its code or, in Anthropic's, its type. */
  rejects(status: number, code: string): this {
    const { immediate } = this;
    expect({ status: immediate?.status?.code, body: this.json }).toMatchObject({ status, body: { error: {} } });
    const { error } = this.json as { error: { code?: string; type: string } };
    expect(error.code ?? error.type).toBe(code);
    return this;
  }

  /** Ended without an answer, by a gRPC error: Envoy answers 503 itself. */
  fails(): this {
    expect(this.message).toBeUndefined();
    expect(Number(this.streamStatus)).toBeGreaterThan(0);
    return this;
  }

  get immediate() {
    const response = this.message?.response;
    return response?.case === 'immediateResponse' ? response.value : undefined;
  }

  /** Headers set, of an answer or of an immediate response. */
  get headers(): Record<string, string> {
    return Object.fromEntries(
      (this.mutation?.setHeaders ?? []).map(({ header }) => [
        header?.key,
        Buffer.from(header?.rawValue ?? '').toString('latin1'),
      ]),
    );
  }

  get removed(): readonly string[] {
    return this.mutation?.removeHeaders ?? [];
  }

  get body(): string | undefined {
    if (this.immediate !== undefined) return Buffer.from(this.immediate.body).toString();
    const mutation = this.common?.bodyMutation?.mutation;
    return mutation?.case === 'body' ? Buffer.from(mutation.value).toString() : undefined;
  }

  get json(): unknown {
    return this.body === undefined ? undefined : JSON.parse(this.body);
  }

  /** Whether the body stands for all of it, without a body message. */
  get isReplacement(): boolean {
    return this.common?.status === 1;
  }

  get clearsRoute(): boolean {
    return this.common?.clearRouteCache === true;
  }

  /** The clusters of the chain, one per attempt. */
  get chain(): readonly string[] {
    const typed = this.message?.typedDynamicMetadata[metadataNamespaces.route];
    const override = typed && anyUnpack(typed, PriorityGroupsOverrideSchema);
    return (override?.priorityGroups ?? []).map(({ clusters }) => clusters.map((each) => each.clusterName).join('|'));
  }

  /** The id that leads a later attempt back. */
  get exchange(): string | undefined {
    return (this.message?.dynamicMetadata?.['sluice.route'] as { exchange?: string } | undefined)?.exchange;
  }

  get log(): JsonObject {
    return (this.message?.dynamicMetadata?.['sluice.log'] as JsonObject | undefined) ?? {};
  }

  private get common() {
    const response = this.message?.response;
    switch (response?.case) {
      case 'requestHeaders':
      case 'requestBody':
      case 'responseHeaders':
      case 'responseBody':
        return response.value.response;
      default:
        return undefined;
    }
  }

  private get mutation() {
    return this.immediate?.headers ?? this.common?.headerMutation;
  }
}

function headerMap(lines: Lines) {
  return { headers: Object.entries(lines).map(([key, value]) => ({ key, rawValue: Buffer.from(value, 'latin1') })) };
}

function attributesOf(attributes: JsonObject): { [key: string]: JsonObject } {
  return { 'envoy.filters.http.ext_proc': attributes };
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(5 + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}
