import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider that says in a header which credential it was asked with. */
export async function startEchoingUpstream(): Promise<{ readonly port: number; close(): void }> {
  const body = JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const credential = request.headers.authorization?.replace('Bearer ', '') ?? '';
      response.writeHead(200, { 'content-type': 'application/json', 'x-credential': credential });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
