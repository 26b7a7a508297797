import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Requests that count, after `warmUp` that do not. */
  readonly requests: number;
  readonly warmUp: number;
  /** Called between the two, and at the end: to read clocks and CPU counters. */
  readonly onStart: () => void;
}

export interface LoadResult {
  readonly requests: number;
  readonly failures: number;
  readonly seconds: number;
  /** Whole answers, sorted, in milliseconds. */
  readonly latencies: Float64Array;
  /** Until the first byte of the body, sorted, in milliseconds. */
  readonly firstBytes: Float64Array;
}

/** A closed loop over a number of HTTP/1.1 connections: each sends its next request when the last was answered. */
export function runLoad(options: LoadOptions): Promise<LoadResult> {
  const head = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...options.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const length = Buffer.byteLength(options.body);
  const request = Buffer.from(
    `POST ${options.path} HTTP/1.1\r\n${head}content-length: ${length}\r\n\r\n${options.body}`,
  );
  const latencies = new Float64Array(options.requests);
  const firstBytes = new Float64Array(options.requests);
  let started = 0;
  let finished = 0;
  let failures = 0;
  let startedAt = 0;

  return new Promise((resolve, reject) => {
    const sockets: Socket[] = [];
    const finish = (): void => {
      for (const socket of sockets) socket.destroy();
      resolve({
        requests: options.requests,
        failures,
        seconds: (performance.now() - startedAt) / 1000,
        latencies: latencies.sort(),
        firstBytes: firstBytes.sort(),
      });
    };
    const done = (sentAt: number, firstByteAt: number, isFailure: boolean): void => {
      const index = finished++ - options.warmUp;
      if (index === -1) {
        options.onStart();
        startedAt = performance.now();
      }
      if (index < 0) return;
      if (isFailure) failures++;
      latencies[index] = performance.now() - sentAt;
      firstBytes[index] = firstByteAt - sentAt;
      if (index === options.requests - 1) finish();
    };
    if (options.warmUp < 1) reject(new Error('at least one request of warm-up'));
    for (let index = 0; index < options.connections; index++) {
      const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
      sockets.push(socket);
      drive(socket, request, () => started++ < options.warmUp + options.requests, done, reject);
    }
  });
}

function drive(
  socket: Socket,
  request: Buffer,
  mayStart: () => boolean,
  done: (sentAt: number, firstByteAt: number, isFailure: boolean) => void,
  fail: (error: Error) => void,
): void {
  let sentAt = 0;
  let firstByteAt = 0;
  let isFailure = false;
  let isHeadRead = false;
  let isChunked = false;
  let left = 0;
  let tail = '';
  const next = (): void => {
    if (!mayStart()) return;
    isHeadRead = false;
    firstByteAt = 0;
    tail = '';
    sentAt = performance.now();
    socket.write(request);
  };
  const complete = (): void => {
    done(sentAt, firstByteAt, isFailure);
    next();
  };
  let head = '';
  const onBody = (data: Buffer): void => {
    if (data.length === 0) return;
    if (firstByteAt === 0) firstByteAt = performance.now();
    if (!isChunked) {
      left -= data.length;
      if (left <= 0) complete();
      return;
    }
    tail = (tail + data.toString('latin1', Math.max(0, data.length - 7))).slice(-7);
    if (tail.endsWith('\r\n0\r\n\r\n')) complete();
  };
  socket.on('connect', next);
  socket.on('error', fail);
  socket.on('data', (data: Buffer) => {
    if (isHeadRead) return onBody(data);
    head += data.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const fields = head.slice(0, end).toLowerCase();
    const rest = Buffer.from(head.slice(end + 4), 'latin1');
    head = '';
    isHeadRead = true;
    isFailure = !fields.startsWith('http/1.1 200');
    isChunked = fields.includes('\r\ntransfer-encoding: chunked');
    left = Number(/\r\ncontent-length: *(\d+)/.exec(fields)?.[1] ?? 0);
    if (!isChunked && left === 0) return complete();
    return onBody(rest);
  });
}

/** The smallest value that this share of all does not exceed. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
