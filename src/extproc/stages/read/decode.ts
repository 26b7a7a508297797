import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { encodingOf } from './body-kind.ts';

/** A few bytes can stand for very many. */
const maxOutputLength = 64 * 1024 * 1024;

/** The body itself; undefined when it cannot be had. */
export function decodeBody(body: Buffer, header: string | undefined): Buffer | undefined {
  const options = { maxOutputLength };
  try {
    switch (encodingOf(header)) {
      case undefined:
        return body;
      case 'gzip':
        return gunzipSync(body, options);
      case 'deflate':
        return inflateSync(body, options);
      case 'br':
        return brotliDecompressSync(body, options);
      case 'zstd':
        return zstdDecompressSync(body, options);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
