import { type IncomingHttpHeaders, request } from 'node:http';

/** What a client saw, down to how the connection ended. */
export interface Seen {
  /** Undefined: the connection ended before the headers. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** Why it ended before its end: `ECONNRESET` for every kind of cut. Undefined: it is complete. */
  readonly broken: string | undefined;
  readonly headersAfterMs: number;
  /** When the pieces of the body arrived, counted from the headers. */
  readonly piecesAfterMs: readonly number[];
}

export interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string;
}

/** Plain HTTP, because fetch hides what these tests are about. */
export function ask(url: string, { path, method = 'POST', headers = {}, body = '' }: Ask): Promise<Seen> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let answeredAt = startedAt;
    let status: number | undefined;
    let answerHeaders: IncomingHttpHeaders = {};
    const pieces: Buffer[] = [];
    const piecesAfterMs: number[] = [];
    const finish = (broken: string | undefined) => {
      const bytes = Buffer.concat(pieces);
      const headersAfterMs = answeredAt - startedAt;
      const text = bytes.toString('utf8');
      resolve({ status, headers: answerHeaders, bytes, text, broken, headersAfterMs, piecesAfterMs });
    };
    const outgoing = request(`${url}${path}`, {
      method,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => finish(error.code));
    outgoing.on('response', (response) => {
      answeredAt = performance.now();
      ({ statusCode: status, headers: answerHeaders } = response);
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        piecesAfterMs.push(performance.now() - answeredAt);
      });
      response.on('error', (error: NodeJS.ErrnoException) => finish(error.code));
      response.on('end', () => finish(undefined));
    });
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

export function chat(model: string, more: object = {}): Ask {
  return {
    path: '/v1/chat/completions',
    body: { model, messages: [{ role: 'user', content: 'Hello there!' }], ...more },
  };
}

export function message(model: string, more: object = {}): Ask {
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello there!' }], ...more },
  };
}

/** The visible texts of a stream, of either dialect. */
export function contentOf(seen: Seen): readonly string[] {
  return [...seen.text.matchAll(/"delta":\{(?:"type":"text_delta","text"|"content"):"([^"]*)"/g)].map(
    ([, text]) => text ?? '',
  );
}
