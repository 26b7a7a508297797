import { connect, type Socket } from 'node:net';
import type { Address } from '../address.ts';
import { echoMethod } from './raw-client.ts';

/**
 * HTTP/2 frames by hand (RFC 9113). Node's own client half-closes a stream before it resets it, so it cannot play a
 * peer that just resets, as Envoy does by default.
 */
const frameType = { data: 0, headers: 1, reset: 3, settings: 4, goaway: 7 } as const;

export interface FrameConnection {
  readonly socket: Socket;
  send(...frames: readonly Buffer[]): void;
  readonly goaways: number;
}

export function connectFrames(address: Address): FrameConnection {
  const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host);
  let goaways = 0;
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9) {
      const end = 9 + rest.readUIntBE(0, 3);
      if (rest.length < end) {
        return;
      }
      if (rest[3] === frameType.goaway) {
        goaways++;
      }
      rest = rest.subarray(end);
    }
  });
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(frameType.settings, 0, 0, Buffer.alloc(0)));
  return {
    socket,
    send(...frames) {
      socket.write(Buffer.concat(frames));
    },
    get goaways() {
      return goaways;
    },
  };
}

export function headersFrame(stream: number): Buffer {
  const block = Buffer.concat([
    literal(':method', 'POST'),
    literal(':scheme', 'http'),
    literal(':path', echoMethod),
    literal(':authority', 'test'),
    literal('content-type', 'application/grpc'),
    literal('te', 'trailers'),
  ]);
  return frame(frameType.headers, 4, stream, block);
}

export function dataFrame(stream: number, bytes: Buffer): Buffer {
  return frame(frameType.data, 0, stream, bytes);
}

export function resetFrame(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(frameType.reset, 0, stream, payload);
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header without indexing and without Huffman code (RFC 7541 section 6.2.2). */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
}
