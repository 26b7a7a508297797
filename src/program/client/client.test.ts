import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../lib/log.ts';
import { ProgramStore } from '../store.ts';
import { keyOf, type ProgramInit } from '../testing/program-of.ts';
import { type ProgramServer, startProgramServer } from '../testing/program-server.ts';
import { type ProgramClient, type ProgramClientOptions, type ProgramEvent, startProgramClient } from './client.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
  vi.unstubAllEnvs();
});

async function server(init: ProgramInit | undefined, port = 0): Promise<ProgramServer> {
  const started = await startProgramServer(init, port);
  closers.push(() => started.close());
  return started;
}

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Started {
  readonly store: ProgramStore;
  readonly client: ProgramClient;
  readonly events: readonly ProgramEvent[];
  readonly lines: readonly Line[];
}

function client(address: string, options: Partial<ProgramClientOptions> = {}): Started {
  const store = new ProgramStore();
  const events: ProgramEvent[] = [];
  const lines: Line[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const started = startProgramClient({
    address,
    node: { id: 'p-1', cluster: 'edge', gateway: 'main', version: '1.2.3' },
    store,
    log: createLogger({ name: 'processor', level: 'info', destination }),
    onEvent: (event) => void events.push(event),
    backOff: { firstMs: 10, maxMs: 40 },
    ...options,
  });
  closers.push(() => started.stop());
  return { store, client: started, events, lines };
}

/** A port on which nobody listens, for now. */
async function freePort(): Promise<number> {
  const placeholder = await server({});
  placeholder.close();
  return Number(placeholder.address.split(':')[1]);
}

const unreachable = (lines: readonly Line[]) => lines.filter(({ msg }) => msg.includes('is not reachable'));

async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !what(); ) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

const team = (store: ProgramStore) => [...(store.current?.keys.values() ?? [])][0]?.team;
const keyType = 'type.googleapis.com/sluice.program.v1.ApiKey';

/** It accepts connections, and that is all. */
async function silentServer(port = 0): Promise<{ readonly port: number; readonly open: ReadonlySet<Socket> }> {
  const open = new Set<Socket>();
  const silent = createServer((socket) => void open.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of open) socket.destroy();
    silent.close();
  });
  return { port: (silent.address() as AddressInfo).port, open };
}

describe('the program client', () => {
  it('asks for everything of every type, says who it is once, and confirms what comes', async () => {
    const plane = await server({ providers: [{ name: 'a' }], keys: [{ name: 'k' }] });
    const { store, client: started } = client(plane.address);
    await until(() => store.current !== undefined && plane.requests.length === 2 * store.typeUrls.length);
    const asked = plane.requests.filter(({ responseNonce }) => responseNonce === '');
    expect(asked.map(({ typeUrl }) => typeUrl)).toEqual(store.typeUrls);
    for (const { resourceNamesSubscribe } of asked) expect(resourceNamesSubscribe).toEqual(['*']);
    expect(asked[0]?.node).toMatchObject({
      id: 'p-1',
      cluster: 'edge',
      metadata: { gateway: 'main' },
      userAgentName: 'sluice-processor',
      userAgentVersionType: { case: 'userAgentVersion', value: '1.2.3' },
    });
    expect(asked.slice(1).every(({ node }) => node === undefined)).toBe(true);
    const confirmed = plane.requests.filter(({ responseNonce }) => responseNonce !== '');
    expect(confirmed).toHaveLength(store.typeUrls.length);
    expect(confirmed.every(({ errorDetail }) => errorDetail === undefined)).toBe(true);
    expect(started.isConnected).toBe(true);
  });

  it('refuses by name what it cannot use, takes the rest, and keeps the old version of what it refused', async () => {
    const plane = await server({ keys: [{ name: 'k', team: 'old' }] });
    const { store, events, lines } = client(plane.address);
    await until(() => store.current !== undefined);
    const [answer] = await plane.send([
      keyOf({ name: 'k', team: 'new', contract: 99 }),
      keyOf({ name: 'other' }),
      keyOf({ name: 'bad', sha256: new Uint8Array(1) }),
    ]);
    expect(answer?.errorDetail).toMatchObject({ code: 3 });
    expect(answer?.errorDetail?.message).toMatch(/^k: is written for contract 99.*; bad: sha256 has 1 bytes/);
    expect(team(store)).toBe('old');
    expect(store.current?.keys.size).toBe(2);
    expect(events.at(-1)).toEqual({ kind: 'received', typeUrl: keyType, resources: 3, removed: 0, refused: 2 });
    const refused = lines.filter(({ msg }) => msg === 'resource refused');
    expect(refused.map(({ level, typeUrl, resource }) => [level, typeUrl, resource])).toEqual([
      ['error', keyType, 'k'],
      ['error', keyType, 'bad'],
    ]);
  });

  it('keeps its program while the control plane is away, and then asks only for what is different', async () => {
    const plane = await server({ keys: [{ name: 'k', team: 'old' }, { name: 'gone' }] });
    const { store, client: started, events } = client(plane.address);
    await until(() => store.current !== undefined);
    const port = Number(plane.address.split(':')[1]);
    plane.close();
    await until(() => !started.isConnected);
    expect(team(store)).toBe('old');
    expect(events.at(-1)).toEqual({ kind: 'disconnected' });

    const next = await server({ keys: [{ name: 'k', team: 'new' }] }, port);
    await until(() => team(store) === 'new');
    expect(store.current?.keys.size).toBe(1);
    const asked = next.requests.find(({ typeUrl }) => typeUrl === keyType);
    expect(Object.keys(asked?.initialResourceVersions ?? {}).sort()).toEqual(['gone', 'k']);
  });

  it('comes back when the control plane ends the stream', async () => {
    const plane = await server({ keys: [{ name: 'k' }] });
    const { store, client: started } = client(plane.address);
    await until(() => store.current !== undefined);
    plane.dropStreams();
    await until(() => plane.streamCount === 2 && started.isConnected);
    const [answer] = await plane.send([keyOf({ name: 'k', team: 'later' })]);
    expect(answer?.errorDetail).toBeUndefined();
    expect(team(store)).toBe('later');
  });

  it('waits for a control plane that is not there yet', async () => {
    const port = await freePort();
    const { store } = client(`127.0.0.1:${port}`);
    await sleep(100);
    expect(store.current).toBeUndefined();
    await server({ keys: [{ name: 'k' }] }, port);
    await until(() => store.current !== undefined);
  });

  it('gives up a connection to somebody who says nothing, and tries again', async () => {
    const { port, open } = await silentServer();
    const { client: started } = client(`127.0.0.1:${port}`, { connectLimitMs: 50 });
    await until(() => open.size > 2);
    expect(started.isConnected).toBe(false);
  });

  it('does so as well where connections were refused before', async () => {
    const port = await freePort();
    client(`127.0.0.1:${port}`, { connectLimitMs: 50 });
    await sleep(100);
    const { open } = await silentServer(port);
    await until(() => open.size > 2);
  });

  it('leaves alone a control plane that is there and has nothing to say yet', async () => {
    const plane = await server(undefined);
    const { client: started } = client(plane.address, { connectLimitMs: 100 });
    await until(() => plane.requests.length > 0);
    const streams = plane.streamCount;
    await sleep(300);
    expect(plane.streamCount).toBe(streams);
    expect(started.isConnected).toBe(false);
  });

  it('waits longer from one failure to the next, and says once that nobody is there', async () => {
    const port = await freePort();
    const failedAt: number[] = [];
    const random = () => {
      failedAt.push(performance.now());
      return 1;
    };
    const { lines, events } = client(`127.0.0.1:${port}`, { backOff: { firstMs: 20, maxMs: 10_000 }, random });
    await until(() => failedAt.length >= 4);
    const waits = failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? 0));
    // A timer may be a millisecond early.
    [20, 40, 80].forEach((waitMs, index) => void expect(waits[index]).toBeGreaterThan(waitMs - 2));
    expect(lines).toMatchObject([{ level: 'warn', address: `127.0.0.1:${port}`, waitMs: 20 }]);
    expect(lines[0]?.reason).toContain('No connection established');
    expect(events).toEqual([]);
  });

  it('begins to count anew once it was there, and says so each time', async () => {
    const port = await freePort();
    const { store, client: started, events, lines } = client(`127.0.0.1:${port}`, { random: () => 1 });
    await sleep(50);
    const plane = await server({}, port);
    await until(() => store.current !== undefined);
    for (const streams of [2, 3]) {
      plane.dropStreams();
      await until(() => plane.streamCount === streams && started.isConnected);
    }
    const ended = unreachable(lines).filter(({ reason }) => reason === 'the control plane ended the stream');
    expect(ended.map(({ waitMs }) => waitMs)).toEqual([10, 10]);
    expect(lines.filter(({ msg }) => msg === 'the program is complete')).toHaveLength(1);
    expect(lines.filter(({ msg }) => msg === 'receiving the program from the control plane')).toHaveLength(3);
    expect(events.flatMap(({ kind }) => (kind === 'received' ? [] : [kind]))).toEqual([
      'connected',
      ...['disconnected', 'connected'],
      ...['disconnected', 'connected'],
    ]);
  });

  it('takes a program of many megabytes at once', async () => {
    const value = 'x'.repeat(6 * 1024 * 1024);
    const plane = await server({ secrets: { large: value } });
    const { store } = client(plane.address);
    await until(() => store.current?.secrets.get('large') === value);
  });

  it('goes there straight, whatever proxy the environment names', async () => {
    vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
    vi.stubEnv('https_proxy', 'http://127.0.0.1:1');
    vi.stubEnv('no_proxy', '');
    const plane = await server({});
    const { store } = client(plane.address);
    await until(() => store.current !== undefined);
  });

  it('does not come back where it was stopped while it waited', async () => {
    const port = await freePort();
    const { client: started, lines } = client(`127.0.0.1:${port}`, { backOff: { firstMs: 100, maxMs: 100 } });
    await until(() => unreachable(lines).length > 0);
    started.stop();
    const plane = await server({}, port);
    await sleep(200);
    expect(plane.streamCount).toBe(0);
  });

  it('stays silent after it has been stopped', async () => {
    const plane = await server({});
    const { store, client: started } = client(plane.address);
    await until(() => store.current !== undefined);
    started.stop();
    await sleep(80);
    expect(plane.streamCount).toBe(1);
  });
});
