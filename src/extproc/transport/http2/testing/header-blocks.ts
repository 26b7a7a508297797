import { type ClientHttp2Session, connect, type SecureClientSessionOptions, sensitiveHeaders } from 'node:http2';
import { duplexPair } from 'node:stream';
import { flag, frameType, resetFrame, settingsFrame } from '../frame.ts';
import { FrameSplitter } from '../frame-splitter.ts';

/** Names and values in turns. */
export type HeaderList = readonly string[];

export interface BlockRecorder {
  /** The block that the client makes of a list. Ask for one after the other: they build on each other. */
  block(list: HeaderList, sensitive?: readonly string[]): Promise<Buffer>;
  /** Tells the client how large a table the reader has. */
  allowTable(bytes: number): void;
  close(): void;
}

/** A request's pseudo-headers, which the client asks for. */
export const pseudo: HeaderList = [':method', 'POST', ':scheme', 'http', ':path', '/', ':authority', 'test'];

const headerTableSize = 1;

/** Header blocks as Node's own client (nghttp2) writes them: the judge of what we read. */
export function recordBlocks(options: Partial<SecureClientSessionOptions> = {}): BlockRecorder {
  const [near, far] = duplexPair();
  const session: ClientHttp2Session = connect('http://test', {
    maxSendHeaderBlockLength: 1024 * 1024,
    ...options,
    createConnection: () => near,
  });
  let parts: Buffer[] = [];
  let take = (_block: Buffer): void => {};
  const splitter = new FrameSplitter({
    data: () => {},
    frame(type, flags, stream, payload) {
      if (type !== frameType.headers && type !== frameType.continuation) return;
      parts.push(payload);
      if ((flags & flag.endHeaders) === 0) return;
      const block = Buffer.concat(parts);
      parts = [];
      far.write(resetFrame(stream, 0));
      take(block);
    },
  });
  far.write(settingsFrame([]));
  far.on('data', (chunk: Buffer) => splitter.push(chunk));
  return {
    block(list, sensitive = []) {
      return new Promise((resolve, reject) => {
        take = resolve;
        const request = session.request(Object.assign([...list], { [sensitiveHeaders]: [...sensitive] }));
        request.on('error', reject);
        request.end();
      });
    },
    allowTable(bytes) {
      far.write(settingsFrame([[headerTableSize, bytes]]));
    },
    close() {
      session.destroy();
      far.destroy();
    },
  };
}
