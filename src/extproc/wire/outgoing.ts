export { encodeImmediate, type ImmediateAnswer } from './immediate.ts';
export { encodeStreamedBody } from './streamed-body.ts';

import { allocateFrame, prefixLength, recordSize, writeRecord, writeRecordHead } from './bytes-out.ts';
import { headerMutationSize, writeHeaderMutation } from './header-mutation.ts';
import { type Kind, kind } from './kind.ts';
import { WireError } from './wire-error.ts';

/** What an answer changes. Every field is always present so that all mutations share one shape. */
export interface Mutation {
  /** Flat: name, value, name, value… Each replaces the header of that name or adds it. Values are latin1. */
  readonly setHeaders: readonly string[];
  readonly removeHeaders: readonly string[];
  /** The new body; empty bytes make the body empty. Set `content-length` as well. */
  readonly body: Buffer | undefined;
  /** Takes the body (or this chunk) away. Not together with `body`. */
  readonly clearBody: boolean;
  /** `CONTINUE_AND_REPLACE`: no body message follows, `body` stands for all of it. */
  readonly replace: boolean;
  /** Envoy chooses route and cluster again. An (empty) header mutation goes along, without one Envoy ignores it. */
  readonly clearRouteCache: boolean;
  /** Encoded `google.protobuf.Struct`: `dynamic_metadata`. */
  readonly metadata: Buffer | undefined;
  /** One encoded entry of `typed_dynamic_metadata`. */
  readonly typedMetadata: Buffer | undefined;
  /** Encoded `ProcessingMode`: `mode_override`. */
  readonly modeOverride: Buffer | undefined;
}

/** Nothing changes. Spread it to name only what does: `{ ...noMutation, body }`; on the hot path write all fields. */
export const noMutation: Mutation = {
  setHeaders: [],
  removeHeaders: [],
  body: undefined,
  clearBody: false,
  replace: false,
  clearRouteCache: false,
  metadata: undefined,
  typedMetadata: undefined,
  modeOverride: undefined,
};

const continueFrames: readonly Buffer[] = Array.from({ length: 8 }, (_, number) => {
  const frame = allocateFrame(2);
  frame[prefixLength] = answerTag(number);
  frame[prefixLength + 1] = 0;
  return frame;
});

/** The answer that changes nothing. A shared constant: never write into it. */
export function continueFrame(of: number): Buffer {
  checkKind(of);
  return continueFrames[of] as Buffer;
}

/** A `ProcessingResponse` to a message of the given kind, as one frame. Throws `WireError` on what Envoy cannot obey. */
export function encodeMutation(of: number, mutation: Mutation): Buffer {
  checkKind(of);
  const { setHeaders, removeHeaders, body, metadata, typedMetadata, modeOverride } = mutation;
  const hasHeaders = setHeaders.length > 0 || removeHeaders.length > 0 || mutation.clearRouteCache;
  const headers = hasHeaders ? headerMutationSize(setHeaders, removeHeaders) : 0;
  const isTrailers = of >= kind.requestTrailers;
  if (isTrailers && (body !== undefined || mutation.clearBody || mutation.replace || mutation.clearRouteCache)) {
    throw new WireError('an answer to trailers changes nothing but trailers');
  }
  if (body !== undefined && mutation.clearBody) {
    throw new WireError('a body cannot be both replaced and cleared');
  }

  const bodyMutation = body !== undefined ? recordSize(body.length) : mutation.clearBody ? 2 : -1;
  const common =
    (mutation.replace ? 2 : 0) +
    (hasHeaders ? recordSize(headers) : 0) +
    (bodyMutation >= 0 ? recordSize(bodyMutation) : 0) +
    (mutation.clearRouteCache ? 2 : 0);
  const answer = isTrailers ? common : recordSize(common);
  const frame = allocateFrame(
    recordSize(answer) +
      (metadata === undefined ? 0 : recordSize(metadata.length)) +
      (modeOverride === undefined ? 0 : recordSize(modeOverride.length)) +
      (typedMetadata === undefined ? 0 : recordSize(typedMetadata.length)),
  );

  let pos = writeRecordHead(frame, prefixLength, answerTag(of), answer);
  if (isTrailers) {
    // TrailersResponse holds the header mutation directly, as field 1.
    if (hasHeaders) {
      pos = writeRecordHead(frame, pos, 0x0a, headers);
      pos = writeHeaderMutation(frame, pos, setHeaders, removeHeaders);
    }
  } else {
    pos = writeRecordHead(frame, pos, 0x0a, common);
    if (mutation.replace) {
      frame[pos++] = 0x08;
      frame[pos++] = 1;
    }
    if (hasHeaders) {
      pos = writeRecordHead(frame, pos, 0x12, headers);
      pos = writeHeaderMutation(frame, pos, setHeaders, removeHeaders);
    }
    if (body !== undefined) {
      pos = writeRecordHead(frame, pos, 0x1a, bodyMutation);
      pos = writeRecord(frame, pos, 0x0a, body);
    } else if (mutation.clearBody) {
      pos = writeRecordHead(frame, pos, 0x1a, bodyMutation);
      frame[pos++] = 0x10;
      frame[pos++] = 1;
    }
    if (mutation.clearRouteCache) {
      frame[pos++] = 0x28;
      frame[pos++] = 1;
    }
  }
  if (metadata !== undefined) {
    pos = writeRecord(frame, pos, 0x42, metadata);
  }
  if (modeOverride !== undefined) {
    pos = writeRecord(frame, pos, 0x4a, modeOverride);
  }
  if (typedMetadata !== undefined) {
    writeRecord(frame, pos, 0x6a, typedMetadata);
  }
  return frame;
}

/** Tag of the member of `ProcessingResponse.response` that answers a message of this kind. */
function answerTag(of: number): number {
  return ((of - 1) << 3) | 2;
}

function checkKind(of: number): asserts of is Kind {
  if (of < kind.requestHeaders || of > kind.responseTrailers) {
    throw new WireError('no answer exists to a message of unknown kind');
  }
}
