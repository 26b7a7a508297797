import { create, type JsonObject, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { exchangeField, failedAnswersField, metadataNamespaces } from '../../contract.ts';
import {
  ProcessingRequestSchema,
  type ProcessingResponse,
} from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { silentLogger } from '../../lib/log.ts';
import { createMetrics, type MetricsRegistry } from '../../lib/metrics.ts';
import type { ProgramSource } from '../../program/store.ts';
import { programOf } from '../../program/testing/program-of.ts';
import type { Engine } from '../engine.ts';
import { createEngineMetrics } from '../metrics.ts';
import { Pipeline } from '../pipeline.ts';
import { Registry } from '../registry.ts';
import type { Stage } from '../stage.ts';
import type { ServerStream } from '../transport/stream.ts';
import { decodedFrame } from './decoded.ts';
import { attributesOf, type HeaderLines, headerMap } from './message.ts';

/** A stream without a network: what the handler wrote, and how it ended. */
export class FakeStream implements ServerStream {
  readonly metadata = {};
  readonly frames: Buffer[] = [];
  ended: 'ok' | { readonly code: number; readonly message: string } | undefined = undefined;
  isPaused = false;

  get isOpen(): boolean {
    return this.ended === undefined;
  }

  get answers(): readonly ProcessingResponse[] {
    return this.frames.map(decodedFrame);
  }

  /** What the answers were about, in a word each; the status where it is an immediate response. */
  get kinds(): readonly string[] {
    return this.answers.map(({ response }) =>
      response.case === 'immediateResponse' ? String(response.value.status?.code) : (response.case ?? 'nothing'),
    );
  }

  write(frame: Buffer): void {
    if (this.isOpen) this.frames.push(frame);
  }

  end(): void {
    this.ended ??= 'ok';
  }

  fail(code: number, message: string): void {
    this.ended ??= { code, message };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

export function engineWith(
  stages: readonly Stage[],
  overrides: Partial<Engine> = {},
  registry: MetricsRegistry = createMetrics(),
): Engine {
  return {
    programs: { current: programOf({}) } satisfies ProgramSource,
    pipeline: new Pipeline(stages, () => {}),
    registry: new Registry(0),
    metrics: createEngineMetrics(registry),
    log: silentLogger,
    callerDialect: () => 'openai',
    monotonic: () => 0,
    suspensionTimeoutMs: 1_000,
    ...overrides,
  };
}

/** Messages as Envoy sends them. */
export const sent = {
  requestHeaders: (lines: HeaderLines = {}, endOfStream = false, attributes: JsonObject = {}) =>
    bytes({
      request: {
        case: 'requestHeaders',
        value: { ...headerMap({ ':method': 'POST', ':path': '/v1/x', 'x-request-id': 'r-1', ...lines }), endOfStream },
      },
      attributes: attributesOf(attributes),
    }),
  /** Of the upstream filter: the exchange is in the metadata that it forwards, and what has become of attempts before. */
  attempt: (exchange: string, attempt: string, failed = '') =>
    bytes({
      request: { case: 'requestHeaders', value: headerMap({ ':path': '/v1/x', 'x-envoy-attempt-count': attempt }) },
      metadataContext: {
        filterMetadata: {
          [metadataNamespaces.route]: { [exchangeField]: exchange },
          ...(failed !== '' && { [metadataNamespaces.failed]: { [failedAnswersField]: failed } }),
        },
      },
    }),
  requestBody: (body: string | Buffer, endOfStream = true) =>
    bytes({ request: { case: 'requestBody', value: { body: Buffer.from(body), endOfStream } } }),
  responseHeaders: (lines: HeaderLines = {}, attributes: JsonObject = {}, endOfStream = false) =>
    bytes({
      request: { case: 'responseHeaders', value: { ...headerMap({ ':status': '200', ...lines }), endOfStream } },
      attributes: attributesOf(attributes),
    }),
  responseBody: (body: string | Buffer, endOfStream = false) =>
    bytes({ request: { case: 'responseBody', value: { body: Buffer.from(body), endOfStream } } }),
  responseTrailers: () => bytes({ request: { case: 'responseTrailers', value: {} } }),
};

function bytes(init: MessageInitShape<typeof ProcessingRequestSchema>): Buffer {
  return Buffer.from(toBinary(ProcessingRequestSchema, create(ProcessingRequestSchema, init)));
}
