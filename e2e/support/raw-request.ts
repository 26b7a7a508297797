import { type OutgoingHttpHeaders, request } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  /** Sent as it is: no client tidies it up. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Without content-length. */
  readonly isChunked?: boolean;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** A request over HTTP/1.1 on a connection of its own. An answer may come before all of the request is sent. */
export function rawRequest(port: number, { method = 'POST', path, headers = {}, body, isChunked }: RawRequest) {
  return new Promise<RawAnswer>((resolve, reject) => {
    const length = body === undefined || isChunked === true ? {} : { 'content-length': Buffer.byteLength(body) };
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    if (isChunked === true && body !== undefined) sent.write(body);
    sent.end(isChunked === true ? undefined : body);
  });
}
