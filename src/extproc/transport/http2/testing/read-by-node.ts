import { connect, type IncomingHttpHeaders, type Settings } from 'node:http2';
import { duplexPair } from 'node:stream';
import { frameType, headersFrame, settingsAnswer, settingsFrame } from '../frame.ts';
import { FrameSplitter } from '../frame-splitter.ts';

/** What Node's client (nghttp2) reads of blocks that answer its requests, one after the other. */
export async function readByNode(blocks: readonly Buffer[], settings: Settings = {}): Promise<IncomingHttpHeaders[]> {
  const [near, far] = duplexPair();
  const session = connect('http://test', { settings, createConnection: () => near });
  const left = [...blocks];
  const splitter = new FrameSplitter({
    data: () => {},
    frame(type, flags, stream) {
      if (type === frameType.settings && flags === 0) far.write(settingsAnswer);
      if (type === frameType.headers) far.write(headersFrame(stream, left.shift() ?? Buffer.alloc(0), true));
    },
  });
  far.write(settingsFrame([]));
  far.on('data', (chunk: Buffer) => splitter.push(chunk));
  const answers: IncomingHttpHeaders[] = [];
  try {
    for (const _ of blocks) {
      answers.push(
        await new Promise<IncomingHttpHeaders>((resolve, reject) => {
          session.once('error', reject);
          const request = session.request({ ':path': '/' });
          request.on('response', resolve);
          request.on('error', reject);
        }),
      );
      session.removeAllListeners('error');
    }
  } finally {
    session.on('error', () => {});
    session.destroy();
    far.destroy();
  }
  return answers;
}
