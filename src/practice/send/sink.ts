import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';

/** Where a body goes, text by text. */
export interface Sink {
  /** Resolves when the text has left, so that a cut comes behind it and not instead of it. */
  write(text: string): Promise<void>;
  end(): void;
}

export function plainSink(response: ServerResponse): Sink {
  return {
    write: (text) => new Promise((resolve) => void response.write(text, () => resolve())),
    end: () => void response.end(),
  };
}

/** Flushed after every text: a compressed stream still arrives event by event. */
export function gzipSink(response: ServerResponse): Sink {
  const gzip = createGzip();
  let sent: Promise<void> = Promise.resolve();
  gzip.on('data', (bytes: Buffer) => {
    sent = new Promise((resolve) => void response.write(bytes, () => resolve()));
  });
  gzip.on('end', () => void response.end());
  response.on('close', () => void gzip.destroy());
  return {
    write: async (text) => {
      gzip.write(text);
      await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve));
      await sent;
    },
    end: () => void gzip.end(),
  };
}

export function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  const accepted = headers['accept-encoding'];
  return typeof accepted === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted);
}
