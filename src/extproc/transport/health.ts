import { grpcStatus } from './status.ts';
import type { Method, ServerStream, StreamHandler } from './stream.ts';

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

const service = 'grpc.health.v1.Health';

/** How soon a watcher learns of a change. Watchers are people and orchestrators; they are few. */
const watchPeriodMs = 500;

export interface Health {
  readonly methods: ReadonlyMap<string, Method>;
  /** Ends all watches: they would keep a draining server alive. */
  stop(): void;
}

/** The standard health service. The empty service name stands for the whole process. */
export function createHealth(isServing: () => boolean, methods: Iterable<string>): Health {
  const known = new Set(['', service]);
  for (const path of methods) {
    known.add(path.slice(1, path.lastIndexOf('/')));
  }
  const watches = new Set<Watch>();
  let isStopped = false;

  const statusOf = (name: string): number => {
    if (!known.has(name)) {
      return serviceUnknown;
    }
    return !isStopped && isServing() ? serving : notServing;
  };

  const check: Method = (stream) =>
    onRequest(stream, (name) => {
      const status = statusOf(name);
      if (status === serviceUnknown) {
        stream.fail(grpcStatus.notFound, 'unknown service');
        return;
      }
      stream.write(statusFrame(status));
      stream.end();
    });

  const watch: Method = (stream) => {
    const entry: Watch = { stream, name: '', last: 0, timer: undefined };
    const report = (): void => {
      const status = statusOf(entry.name);
      if (status !== entry.last) {
        entry.last = status;
        stream.write(statusFrame(status));
      }
      if (!stream.isOpen) {
        stopWatch(entry);
      }
    };
    const handler = onRequest(stream, (name) => {
      entry.name = name;
      watches.add(entry);
      report();
      entry.timer ??= setInterval(report, watchPeriodMs).unref();
    });
    // A watcher half-closes at once and goes on listening; only a reset or a failed write tells that it left.
    return { message: handler.message, end: handler.end, reset: () => stopWatch(entry) };
  };

  const stopWatch = (entry: Watch): void => {
    clearInterval(entry.timer);
    watches.delete(entry);
  };

  return {
    methods: new Map([
      [`/${service}/Check`, check],
      [`/${service}/Watch`, watch],
    ]),
    stop() {
      isStopped = true;
      for (const entry of watches) {
        stopWatch(entry);
        if (entry.last !== notServing && known.has(entry.name)) {
          entry.stream.write(statusFrame(notServing));
        }
        entry.stream.fail(grpcStatus.unavailable, 'shutting down');
      }
    },
  };
}

interface Watch {
  readonly stream: ServerStream;
  name: string;
  last: number;
  timer: NodeJS.Timeout | undefined;
}

/** One request message, then the answer. */
function onRequest(stream: ServerStream, answer: (name: string) => void): StreamHandler {
  let hasRequest = false;
  return {
    message(bytes) {
      if (hasRequest) {
        stream.fail(grpcStatus.invalidArgument, 'one request only');
        return;
      }
      hasRequest = true;
      const name = readServiceName(bytes);
      if (name === undefined) {
        stream.fail(grpcStatus.invalidArgument, 'not a HealthCheckRequest');
      } else {
        answer(name);
      }
    },
    end() {
      if (!hasRequest) {
        stream.fail(grpcStatus.invalidArgument, 'a request is missing');
      }
    },
    reset() {},
  };
}

/** `HealthCheckRequest` is one optional string, field 1. */
function readServiceName(bytes: Buffer): string | undefined {
  if (bytes.length === 0) {
    return '';
  }
  const second = bytes[1] ?? 0x80;
  const isLong = second >= 0x80;
  const length = isLong ? (second & 0x7f) | ((bytes[2] ?? 0x80) << 7) : second;
  const start = isLong ? 3 : 2;
  return bytes[0] === 0x0a && start + length === bytes.length ? bytes.toString('utf8', start) : undefined;
}

function statusFrame(status: number): Buffer {
  return Buffer.of(0, 0, 0, 0, 2, 0x08, status);
}
