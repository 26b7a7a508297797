/** Frames of RFC 9113 section 6: the numbers, and the few kinds that a server sends. */
export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const setting = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

export const headLength = 9;

/** Nobody may send longer frames before the other side has said that it takes them. We do not say so. */
export const defaultMaxFrameBytes = 16_384;
export const largestMaxFrameBytes = 2 ** 24 - 1;
export const defaultWindowBytes = 65_535;
export const largestWindowBytes = 2 ** 31 - 1;

/** What stands before a payload that is sent as it is. */
export function frameHead(length: number, type: number, flags: number, stream: number): Buffer {
  return writeHead(Buffer.allocUnsafe(headLength), length, type, flags, stream);
}

export function headersFrame(stream: number, block: Buffer, isLast: boolean): Buffer {
  const flags = flag.endHeaders | (isLast ? flag.endStream : 0);
  const frame = Buffer.allocUnsafe(headLength + block.length);
  frame.set(block, headLength);
  return writeHead(frame, block.length, frameType.headers, flags, stream);
}

export function resetFrame(stream: number, code: number): Buffer {
  return ofInteger(frameType.reset, stream, code);
}

export function windowUpdateFrame(stream: number, bytes: number): Buffer {
  return ofInteger(frameType.windowUpdate, stream, bytes);
}

export function goAwayFrame(lastStream: number, code: number): Buffer {
  const frame = Buffer.allocUnsafe(headLength + 8);
  frame.writeUInt32BE(lastStream, headLength);
  frame.writeUInt32BE(code, headLength + 4);
  return writeHead(frame, 8, frameType.goAway, 0, 0);
}

export function pingAnswer(payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headLength + payload.length);
  frame.set(payload, headLength);
  return writeHead(frame, payload.length, frameType.ping, flag.ack, 0);
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const frame = Buffer.allocUnsafe(headLength + settings.length * 6);
  for (const [index, [id, value]] of settings.entries()) {
    frame.writeUInt16BE(id, headLength + index * 6);
    frame.writeUInt32BE(value, headLength + index * 6 + 2);
  }
  return writeHead(frame, settings.length * 6, frameType.settings, 0, 0);
}

export const settingsAnswer = frameHead(0, frameType.settings, flag.ack, 0);

function ofInteger(type: number, stream: number, value: number): Buffer {
  const frame = Buffer.allocUnsafe(headLength + 4);
  frame.writeUInt32BE(value, headLength);
  return writeHead(frame, 4, type, 0, stream);
}

function writeHead(frame: Buffer, length: number, type: number, flags: number, stream: number): Buffer {
  frame[0] = length >>> 16;
  frame[1] = length >>> 8;
  frame[2] = length;
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  return frame;
}
