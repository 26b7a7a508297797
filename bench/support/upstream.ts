import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

export type Behaviour =
  | { readonly kind: 'json'; readonly status: number; readonly bytes: number }
  | { readonly kind: 'sse'; readonly chunks: number; readonly everyMs: number };

/**
 * The cheapest possible provider: answers every HTTP/1.1 request with prepared bytes, so that the machine's time goes
 * to what is measured. Only for measuring: it believes every request.
 */
export async function startUpstream(behaviour: Behaviour): Promise<{ readonly port: number; close(): void }> {
  const answer = behaviour.kind === 'json' ? jsonAnswer(behaviour.status, behaviour.bytes) : undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      waiting = waiting.length === 0 ? data : Buffer.concat([waiting, data]);
      for (let end = requestEnd(waiting); end !== undefined; end = requestEnd(waiting)) {
        waiting = waiting.subarray(end);
        if (answer !== undefined) socket.write(answer);
        else if (behaviour.kind === 'sse') stream(socket, behaviour.chunks, behaviour.everyMs);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function jsonAnswer(status: number, bytes: number): Buffer {
  const completion = {
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 500, completion_tokens: 200, total_tokens: 700 },
  };
  const first = completion.choices[0];
  if (first !== undefined) first.message.content = 'x'.repeat(Math.max(0, bytes - JSON.stringify(completion).length));
  const body =
    status === 200
      ? JSON.stringify(completion)
      : JSON.stringify({ error: { message: 'Too many requests.', type: 'rate_limit', param: null, code: null } });
  return Buffer.from(
    `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

function stream(socket: Socket, chunks: number, everyMs: number): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  const delta = {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, delta: { content: 'word ' } }],
  };
  const event = `data: ${JSON.stringify(delta)}\n\n`;
  const chunk = `${event.length.toString(16)}\r\n${event}\r\n`;
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer);
    if (sent++ < chunks) {
      socket.write(chunk);
      return undefined;
    }
    clearInterval(timer);
    socket.write('e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n');
    return undefined;
  }, everyMs);
}

/** Where the first complete request ends, or nothing while it is incomplete. */
function requestEnd(data: Buffer): number | undefined {
  const headEnd = data.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = data.toString('latin1', 0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (length !== undefined) {
    const end = headEnd + 4 + Number(length);
    return data.length >= end ? end : undefined;
  }
  if (!head.includes('\r\ntransfer-encoding: chunked')) return headEnd + 4;
  const last = data.indexOf('0\r\n\r\n', headEnd + 4);
  return last === -1 ? undefined : last + 5;
}
