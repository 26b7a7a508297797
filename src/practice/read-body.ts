import type { IncomingMessage } from 'node:http';

/** As much as the real providers take. */
export const longestBody = 32 * 1024 * 1024;

/** The whole body; undefined if it is too long. A client that goes away in its middle is owed nothing. */
export function readBody(request: IncomingMessage, done: (bytes: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    const [first] = chunks;
    if (length > longestBody) done(undefined);
    else done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  });
  // Without a listener a reset would end the process.
  request.on('error', () => {});
}
