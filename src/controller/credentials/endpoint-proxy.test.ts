import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

let proxy: Server;
let proxyUrl: string;
/** Where it was asked to connect to. */
const asked: string[] = [];

beforeAll(async () => {
  proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => proxy.close(resolve)));

describe('askEndpoint()', () => {
  it('goes through the proxy that the environment names', async () => {
    const module = join(import.meta.dirname, 'endpoint.ts');
    const script = `
      const { askEndpoint } = await import(${JSON.stringify(module)});
      const answer = await askEndpoint({ url: 'https://login.invalid/token' }, new AbortController().signal);
      process.stdout.write(JSON.stringify(answer));
    `;
    const env = { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxyUrl };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: expect.stringContaining('it cannot be reached') });
    expect(asked).toEqual(['login.invalid:443']);
  }, 30_000);
});
