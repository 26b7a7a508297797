import {
  allocateFrame,
  prefixLength,
  recordSize,
  varintSize,
  writeRecord,
  writeRecordHead,
  writeVarint,
} from './bytes-out.ts';
import { headerMutationSize, writeHeaderMutation } from './header-mutation.ts';
import { WireError } from './wire-error.ts';

/** An answer that the processor gives to the caller itself. */
export interface ImmediateAnswer {
  /** HTTP status, 200 to 599. */
  readonly status: number;
  /** Flat: name, value, name, value… Envoy sets `content-length`. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** What `%RESPONSE_CODE_DETAILS%` shows in the access log. */
  readonly details: string;
}

const none: readonly string[] = [];

/**
 * A `ProcessingResponse` with an `ImmediateResponse`, as one frame. Ends the exchange, whatever it answers. `metadata`:
 * encoded `google.protobuf.Struct`, which Envoy keeps for its access log.
 */
export function encodeImmediate(answer: ImmediateAnswer, metadata?: Buffer): Buffer {
  const { status: code, headers, body } = answer;
  if (!Number.isInteger(code) || code < 200 || code > 599) {
    throw new WireError(`${code} is not a status that a caller may see`);
  }
  const details = Buffer.from(answer.details, 'utf8');
  const status = 1 + varintSize(code);
  const mutation = headerMutationSize(headers, none);
  const immediate =
    recordSize(status) +
    (headers.length > 0 ? recordSize(mutation) : 0) +
    (body.length > 0 ? recordSize(body.length) : 0) +
    (details.length > 0 ? recordSize(details.length) : 0);
  const frame = allocateFrame(recordSize(immediate) + (metadata === undefined ? 0 : recordSize(metadata.length)));
  let pos = writeRecordHead(frame, prefixLength, 0x3a, immediate);
  pos = writeRecordHead(frame, pos, 0x0a, status);
  frame[pos++] = 0x08;
  pos = writeVarint(frame, pos, code);
  if (headers.length > 0) {
    pos = writeRecordHead(frame, pos, 0x12, mutation);
    pos = writeHeaderMutation(frame, pos, headers, none);
  }
  if (body.length > 0) {
    pos = writeRecord(frame, pos, 0x1a, body);
  }
  if (details.length > 0) {
    pos = writeRecord(frame, pos, 0x2a, details);
  }
  if (metadata !== undefined) {
    writeRecord(frame, pos, 0x42, metadata);
  }
  return frame;
}
