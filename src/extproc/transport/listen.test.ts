import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, framed, open, start, startServer } from './testing/raw-client.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-listen-'));
  path = join(folder, 'p.sock');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('listen()', () => {
  it('replaces the socket file of a process that died', async () => {
    // Only a killed process leaves its socket file behind.
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script]);
    expect(existsSync(path)).toBe(true);
    const { server } = await startServer({}, { path });
    const session = open({ path });
    const request = start(session);
    request.end(framed('x'));
    expect((await answerOf(request)).status).toBe('0');
    session.close();
    await server.drain(100);
  });

  it('refuses a socket that a living process answers, and leaves it alone', async () => {
    const first = await startServer({}, { path });
    await expect(startServer({}, { path })).rejects.toThrow(
      `${path} is in use by a running process: stop it or choose another path`,
    );
    const session = open({ path });
    const request = start(session);
    request.end(framed('x'));
    expect((await answerOf(request)).status).toBe('0');
    session.close();
    await first.server.drain(100);
  });

  it('never overwrites a file that is not a socket', async () => {
    writeFileSync(path, 'precious');
    await expect(startServer({}, { path })).rejects.toThrow(`${path} exists and is not a socket`);
    expect(statSync(path).size).toBe(8);
  });

  it('says what is wrong with a path that is too long', async () => {
    await expect(startServer({}, { path: join(folder, 'x'.repeat(100)) })).rejects.toThrow(
      'too long for a unix socket',
    );
  });

  it('says which port is taken', async () => {
    const { server, address } = await startServer();
    await expect(startServer({}, address)).rejects.toThrow('already in use');
    await server.drain(0);
  });

  it('lets only owner and group connect', async () => {
    const { server } = await startServer({}, { path });
    expect(statSync(path).mode & 0o777).toBe(0o660);
    await server.drain(0);
  });
});
