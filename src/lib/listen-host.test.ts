import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listenHost } from './listen-host.ts';

describe('listenHost()', () => {
  it('is every address of both families where the machine has both, and of IPv4 where it has no IPv6', async () => {
    expect(await listenHost('::', async () => true)).toBe('::');
    expect(await listenHost('::', async () => false)).toBe('0.0.0.0');
  });

  it('leaves every other host as it is, without trying', async () => {
    const never = () => Promise.reject(new Error('nobody should have tried'));
    for (const host of ['0.0.0.0', '127.0.0.1', '::1', 'localhost']) expect(await listenHost(host, never)).toBe(host);
  });

  it('can be opened on this machine, whatever it has', async () => {
    const host = await listenHost('::');
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});
