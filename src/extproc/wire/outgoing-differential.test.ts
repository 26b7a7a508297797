import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { it } from 'vitest';
import { HeaderValueOption_HeaderAppendAction } from '../../gen/envoy/config/core/v3/base_pb.js';
import { ProcessingModeSchema } from '../../gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import {
  CommonResponse_ResponseStatus,
  type CommonResponseSchema,
  type HeaderMutationSchema,
  ProcessingResponseSchema,
} from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { typedMetadata } from '../metadata.ts';
import { kind } from './kind.ts';
import { type BodySendMode, encodeMode, type HeaderSendMode } from './mode.ts';
import { continueFrame, encodeImmediate, encodeMutation, encodeStreamedBody, type Mutation } from './outgoing.ts';
import { structField } from './struct-field.ts';
import { check, forCases, type Random } from './testing/random.ts';
import { randomObject } from './testing/requests.ts';
import { structBytes } from './testing/struct-bytes.ts';

type Response = MessageInitShape<typeof ProcessingResponseSchema>;
type Answer = Exclude<Response['response'], undefined>;
const names = [
  'requestHeaders',
  'responseHeaders',
  'requestBody',
  'responseBody',
  'requestTrailers',
  'responseTrailers',
] as const;
type Name = (typeof names)[number];

it('writes the same bytes as protobuf-es for 40,000 mutations', () => {
  forCases(40_000, (random) => {
    const name = random.pick(names);
    const metadata = random.chance(20) ? randomObject(random, 2) : undefined;
    const mode = random.chance(20) ? randomMode(random) : undefined;
    const typed = random.chance(20)
      ? { namespace: random.text(), type: random.token(), value: Buffer.concat([Buffer.of(1), random.bytes()]) }
      : undefined;
    const isTrailers = name.endsWith('Trailers');
    const mutation: Mutation = {
      setHeaders: random.list(4, () => [random.token(), random.latin1()]).flat(),
      removeHeaders: random.list(3, () => random.token()),
      body: !isTrailers && random.chance(40) ? random.bytes() : undefined,
      clearBody: false,
      replace: !isTrailers && random.chance(20),
      clearRouteCache: !isTrailers && random.chance(20),
      metadata: metadata === undefined ? undefined : structBytes(metadata),
      typedMetadata: typed === undefined ? undefined : typedMetadata(typed.namespace, typed.type)([typed.value]),
      modeOverride: mode === undefined ? undefined : encodeMode(mode),
    };
    const cleared = { ...mutation, clearBody: !isTrailers && mutation.body === undefined && random.chance(30) };
    const reference: Response = { response: answer(name, cleared) };
    if (metadata !== undefined) {
      reference.dynamicMetadata = metadata;
    }
    if (typed !== undefined) {
      const typeUrl = `type.googleapis.com/${typed.type}`;
      reference.typedDynamicMetadata = { [typed.namespace]: { typeUrl, value: typed.value } };
    }
    if (mode !== undefined) {
      reference.modeOverride = modeInit(mode);
    }
    same(encodeMutation(kind[name], cleared), reference);
  });
});

it('writes the same bytes as protobuf-es for 10,000 immediate answers', () => {
  forCases(10_000, (random) => {
    const status = 200 + random.int(400);
    const headers = random.list(4, () => [random.token(), random.latin1()]).flat();
    const body = random.bytes();
    const details = random.text();
    const mutation = headerMutation(headers, []);
    const metadata = random.chance(50) ? randomObject(random, 2) : undefined;
    same(encodeImmediate({ status, headers, body, details }, metadata && structBytes(metadata)), {
      response: {
        case: 'immediateResponse',
        value: { status: { code: status }, body, details, ...(headers.length > 0 ? { headers: mutation } : {}) },
      },
      ...(metadata && { dynamicMetadata: metadata }),
    });
  });
});

it('writes the same bytes as protobuf-es for 10,000 pieces of a streamed body', () => {
  // Lengths around which the sizes of the records in one another change.
  const lengths = [0, 1, 117, 118, 119, 120, 121, 122, 123, 124, 127, 128, 16_370, 16_383, 16_384, 70_000, 2_097_152];
  for (const length of lengths)
    for (const endOfStream of [false, true]) samePiece(Buffer.alloc(length, 7), endOfStream);
  forCases(10_000, (random) => samePiece(random.bytes(), random.chance(30)));
});

function samePiece(body: Buffer, endOfStream: boolean): void {
  same(encodeStreamedBody(body, endOfStream), {
    response: {
      case: 'responseBody',
      value: { response: { bodyMutation: { mutation: { case: 'streamedResponse', value: { body, endOfStream } } } } },
    },
  });
}

it('writes the same bytes as protobuf-es for every continuation', () => {
  for (const name of names) {
    same(continueFrame(kind[name]), { response: { case: name, value: {} } as Answer });
  }
});

it('writes the same bytes as protobuf-es for 10,000 fields of a Struct', () => {
  forCases(10_000, (random) => {
    const [key, value] = [random.text(), random.chance(80) ? random.text() : random.chance(50)];
    check(structField(key, value).equals(structBytes({ [key]: value })), () => JSON.stringify([key, value]));
  });
});

it('writes the same bytes as protobuf-es for every processing mode', () => {
  forCases(500, (random) => {
    const mode = randomMode(random);
    const reference = toBinary(ProcessingModeSchema, create(ProcessingModeSchema, modeInit(mode)));
    check(encodeMode(mode).equals(reference), () => JSON.stringify(mode));
  });
});

function same(frame: Buffer, reference: Response): void {
  const expected = toBinary(ProcessingResponseSchema, create(ProcessingResponseSchema, reference));
  check(frame[0] === 0 && frame.readUInt32BE(1) === expected.length, () => `prefix ${frame.toString('hex', 0, 5)}`);
  const message = frame.subarray(5);
  check(
    message.equals(expected),
    () => `${message.toString('hex')} instead of ${Buffer.from(expected).toString('hex')}`,
  );
}

function headerMutation(setHeaders: readonly string[], removeHeaders: readonly string[]) {
  const set = [];
  for (let i = 0; i < setHeaders.length; i += 2) {
    set.push({
      header: { key: setHeaders[i] ?? '', rawValue: Buffer.from(setHeaders[i + 1] ?? '', 'latin1') },
      appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
    });
  }
  return { setHeaders: set, removeHeaders: [...removeHeaders] } satisfies MessageInitShape<typeof HeaderMutationSchema>;
}

function answer(name: Name, mutation: Mutation): Answer {
  const hasHeaders = mutation.setHeaders.length + mutation.removeHeaders.length > 0 || mutation.clearRouteCache;
  const headers = hasHeaders ? { headerMutation: headerMutation(mutation.setHeaders, mutation.removeHeaders) } : {};
  if (name === 'requestTrailers' || name === 'responseTrailers') {
    return { case: name, value: headers } as Answer;
  }
  const response: MessageInitShape<typeof CommonResponseSchema> = {
    ...headers,
    status: mutation.replace
      ? CommonResponse_ResponseStatus.CONTINUE_AND_REPLACE
      : CommonResponse_ResponseStatus.CONTINUE,
    clearRouteCache: mutation.clearRouteCache,
  };
  if (mutation.body !== undefined) {
    response.bodyMutation = { mutation: { case: 'body', value: mutation.body } };
  } else if (mutation.clearBody) {
    response.bodyMutation = { mutation: { case: 'clearBody', value: true } };
  }
  return { case: name, value: { response } } as Answer;
}

interface FullMode {
  readonly requestHeaders: HeaderSendMode;
  readonly responseHeaders: HeaderSendMode;
  readonly requestBody: BodySendMode;
  readonly responseBody: BodySendMode;
  readonly requestTrailers: HeaderSendMode;
  readonly responseTrailers: HeaderSendMode;
}

function randomMode(random: Random): FullMode {
  const header = () => random.pick([0, 1, 2] as const);
  const body = () => random.pick([0, 1, 2, 3, 4] as const);
  return {
    requestHeaders: header(),
    responseHeaders: header(),
    requestBody: body(),
    responseBody: body(),
    requestTrailers: header(),
    responseTrailers: header(),
  };
}

function modeInit(mode: FullMode): MessageInitShape<typeof ProcessingModeSchema> {
  return {
    requestHeaderMode: mode.requestHeaders,
    responseHeaderMode: mode.responseHeaders,
    requestBodyMode: mode.requestBody,
    responseBodyMode: mode.responseBody,
    requestTrailerMode: mode.requestTrailers,
    responseTrailerMode: mode.responseTrailers,
  };
}
