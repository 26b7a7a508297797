import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { carryOut } from '../support/scripted-plan.ts';
import { startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();

/** As long as uvicorn and Node keep a connection on which nothing happens. */
const providersPatienceMs = 5_000;

it('Envoy ends an idle connection to a provider before the provider does', { timeout: 15_000 }, async () => {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  });
  // This one would wait: whoever ends the connection below is Envoy.
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => server.close());
  atEnd(() => server.closeAllConnections());
  const processor = await startScriptedProcessor(carryOut({ chain: ['provider/a'] }));
  atEnd(() => processor.close());
  const running = await startTranslatedEnvoy(
    gatewayModel({ providers: [providerModel('a', (server.address() as AddressInfo).port)] }),
    { processors: [{ host: '127.0.0.1', port: processor.port }] },
  );
  atEnd(() => running.stop());

  const url = `http://127.0.0.1:${await running.port('http')}/v1/chat/completions`;
  for (let request = 0; request < 2; request++) {
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(200);
  }
  expect(sockets).toHaveLength(1);
  const quietSince = performance.now();
  await once(sockets[0] as Socket, 'close');
  const waitedMs = performance.now() - quietSince;
  expect(waitedMs).toBeGreaterThan(1_000);
  expect(waitedMs).toBeLessThan(providersPatienceMs);
});
