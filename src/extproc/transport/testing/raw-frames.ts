import { connect, type Socket } from 'node:net';
import type { Address } from '../address.ts';
import { flag, frameType } from '../http2/frame.ts';
import { echoMethod, until } from './raw-client.ts';

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/**
 * HTTP/2 frames by hand (RFC 9113): a client that may break every rule. Node's own half-closes a stream before it resets
 * it, so it cannot even play a peer that just resets, as Envoy does by default.
 */
export interface FrameConnection {
  readonly socket: Socket;
  send(...frames: readonly Buffer[]): void;
  /** All that has come, in order. */
  readonly frames: readonly RawFrame[];
  readonly goaways: number;
  /** Of one kind, and of one stream if it is named. */
  of(type: number, stream?: number): readonly RawFrame[];
  /** Payloads of a stream's DATA, joined. */
  data(stream: number): Buffer;
  /** Resolves when all that was sent before has been looked at, and the answers are here. */
  settle(): Promise<void>;
  readonly isClosed: boolean;
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** `first`: what stands in the place of the SETTINGS that a client begins with. */
export function connectFrames(address: Address, first: Buffer = settingsOf()): FrameConnection {
  const socket = 'path' in address ? connect(address.path) : connect(address.port, address.host);
  const frames: RawFrame[] = [];
  let isClosed = false;
  let settled = 0;
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 9) {
      const end = at + 9 + rest.readUIntBE(at, 3);
      if (rest.length < end) break;
      const payload = rest.subarray(at + 9, end);
      frames.push({ type: rest[at + 3] ?? 0, flags: rest[at + 4] ?? 0, stream: rest.readUInt32BE(at + 5), payload });
      at = end;
    }
    rest = rest.subarray(at);
  });
  const of = (type: number, stream?: number): readonly RawFrame[] =>
    frames.filter((frame) => frame.type === type && (stream === undefined || frame.stream === stream));
  socket.write(Buffer.concat([preface, first]));
  return {
    socket,
    frames,
    of,
    send(...sent) {
      socket.write(Buffer.concat(sent));
    },
    data: (stream) => Buffer.concat(of(frameType.data, stream).map(({ payload }) => payload)),
    async settle() {
      const mark = `settle${++settled}`.padEnd(8).slice(-8);
      socket.write(frame(frameType.ping, 0, 0, Buffer.from(mark)));
      await until(() => isClosed || of(frameType.ping).some(({ payload }) => payload.toString() === mark));
    },
    get goaways() {
      return of(frameType.goAway).length;
    },
    get isClosed() {
      return isClosed;
    },
  };
}

export function headersFrame(stream: number, flags: number = flag.endHeaders): Buffer {
  return frame(frameType.headers, flags, stream, requestBlock);
}

export function dataFrame(stream: number, bytes: Buffer, flags = 0): Buffer {
  return frame(frameType.data, flags, stream, bytes);
}

export function resetFrame(stream: number, code: number): Buffer {
  return frame(frameType.reset, 0, stream, number(code));
}

export function windowFrame(stream: number, more: number): Buffer {
  return frame(frameType.windowUpdate, 0, stream, number(more));
}

export function settingsOf(...settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = settings.map(([id, value]) => Buffer.concat([Buffer.of(id >> 8, id & 0xff), number(value)]));
  return frame(frameType.settings, 0, 0, Buffer.concat(payload));
}

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header without indexing, or `isKept` in both ends' tables, without Huffman code (RFC 7541 section 6.2). */
export function literal(name: string, value: string, isKept = false): Buffer {
  return Buffer.concat([
    Buffer.of(isKept ? 0x40 : 0, name.length),
    Buffer.from(name),
    Buffer.of(value.length),
    Buffer.from(value),
  ]);
}

export const requestBlock = Buffer.concat([
  literal(':method', 'POST'),
  literal(':scheme', 'http'),
  literal(':path', echoMethod),
  literal(':authority', 'test'),
  literal('content-type', 'application/grpc'),
  literal('te', 'trailers'),
]);

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
