import type { IncomingHttpHeaders } from 'node:http';

/** A request as it arrived, control requests excepted. */
export interface ReceivedRequest {
  readonly account: string | undefined;
  readonly method: string;
  /** As sent: with the account and the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as sent: shows what arrived twice. */
  readonly rawHeaders: readonly string[];
  /** Parsed; undefined when there is none or it is not JSON. */
  readonly body: unknown;
  readonly bytes: Buffer;
}

export interface RequestRing {
  add(request: ReceivedRequest): void;
  clear(): void;
  /** Oldest first. */
  readonly list: readonly ReceivedRequest[];
}

/** Bodies are kept, so their size bounds the ring as well as their number. */
const mostBytes = 32 * 1024 * 1024;

export function createRequestRing(capacity: number): RequestRing {
  // Always the same array: whoever holds `requests` sees what arrives later.
  const list: ReceivedRequest[] = [];
  let bytes = 0;
  return {
    list,
    add: (request) => {
      list.push(request);
      bytes += request.bytes.length;
      while (list.length > capacity || (bytes > mostBytes && list.length > 1)) bytes -= list.shift()?.bytes.length ?? 0;
    },
    clear: () => {
      list.length = 0;
      bytes = 0;
    },
  };
}
