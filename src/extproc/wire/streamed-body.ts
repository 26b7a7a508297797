import { allocateFrame, prefixLength, recordSize, writeRecord, writeRecordHead } from './bytes-out.ts';

/**
 * A piece of the response body in FULL_DUPLEX_STREAMED mode, as a frame: pieces need not match the chunks that came.
 * `ProcessingResponse.response_body.response.body_mutation.streamed_response`.
 */
export function encodeStreamedBody(bytes: Buffer, endOfStream: boolean): Buffer {
  const streamed = (bytes.length > 0 ? recordSize(bytes.length) : 0) + (endOfStream ? 2 : 0);
  const mutation = recordSize(streamed);
  const common = recordSize(mutation);
  const body = recordSize(common);
  const frame = allocateFrame(recordSize(body));
  let pos = writeRecordHead(frame, prefixLength, 0x22, body);
  pos = writeRecordHead(frame, pos, 0x0a, common);
  pos = writeRecordHead(frame, pos, 0x1a, mutation);
  pos = writeRecordHead(frame, pos, 0x1a, streamed);
  if (bytes.length > 0) pos = writeRecord(frame, pos, 0x0a, bytes);
  if (endOfStream) {
    frame[pos++] = 0x10;
    frame[pos] = 1;
  }
  return frame;
}
