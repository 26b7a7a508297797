import { isObject, metadataOnlyObject } from './client.ts';
import { errorOfAnswer, isRecord, type KubeError, kubeError } from './error.ts';
import { parseJson } from './json.ts';
import type { KubeObject } from './object.ts';
import type { Transport } from './transport.ts';

export interface ObjectEvent {
  readonly kind: 'put' | 'deleted';
  readonly object: KubeObject;
}

export type WatchEvent =
  | ObjectEvent
  /** Everything up to this version has been told. */
  | { readonly kind: 'bookmark'; readonly version: string };

export interface WatchOptions {
  readonly transport: Transport;
  readonly path: string;
  readonly query: { readonly [name: string]: string | number };
  readonly metadataOnly: boolean;
  readonly openMs: number;
  readonly stallMs: number;
  onOpen(): void;
  onEvent(event: WatchEvent): void;
  /** Once. Without an error the API server ended it in an orderly way. */
  onEnd(error: KubeError | undefined, livedMs: number): void;
}

export interface Watch {
  /** Nothing is told any more. */
  close(): void;
}

/** One watch, from its opening to its end. */
export function openWatch(options: WatchOptions): Watch {
  let openedAt: number | undefined;
  let stall: NodeJS.Timeout | undefined;
  let hasEnded = false;

  function end(error?: KubeError): void {
    clearTimeout(stall);
    if (hasEnded) return;
    hasEnded = true;
    stream.close();
    options.onEnd(error, openedAt === undefined ? 0 : performance.now() - openedAt);
  }

  function heard(): void {
    clearTimeout(stall);
    const silence = `nothing was heard of ${options.path} for ${options.stallMs / 1000} s`;
    stall = setTimeout(() => end(kubeError(0, 'Timeout', silence)), options.stallMs);
  }

  const stream = options.transport.stream(
    {
      method: 'GET',
      path: options.path,
      query: { ...options.query, watch: true, allowWatchBookmarks: true },
      ...(options.metadataOnly && { accept: metadataOnlyObject }),
      timeoutMs: options.openMs,
    },
    {
      onOpen() {
        openedAt = performance.now();
        heard();
        options.onOpen();
      },
      onLine(line) {
        if (hasEnded) return;
        heard();
        const event = readEvent(line);
        if ('reason' in event) end(event);
        else options.onEvent(event);
      },
      onEnd: end,
    },
  );
  return {
    close() {
      hasEnded = true;
      clearTimeout(stall);
      stream.close();
    },
  };
}

function readEvent(line: string): WatchEvent | KubeError {
  const parsed = parseJson(line);
  const event = parsed.ok && isRecord(parsed.value) ? parsed.value : {};
  const { type, object } = event;
  if (type === 'ERROR') {
    const code = isRecord(object) && typeof object.code === 'number' ? object.code : 500;
    return errorOfAnswer(code, object, undefined);
  }
  if (!isObject(object)) return kubeError(0, 'Unreadable', 'an event of a watch could not be read');
  if (type === 'BOOKMARK') return { kind: 'bookmark', version: object.metadata.resourceVersion ?? '' };
  return { kind: type === 'DELETED' ? 'deleted' : 'put', object };
}
