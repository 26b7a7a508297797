import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../lib/log.ts';
import { ProgramStore } from '../store.ts';
import { keyOf, type ProgramInit } from '../testing/program-of.ts';
import { type ProgramServer, startProgramServer } from '../testing/program-server.ts';
import { type ProgramClient, type ProgramEvent, startProgramClient } from './client.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function server(init: ProgramInit | undefined, port = 0): Promise<ProgramServer> {
  const started = await startProgramServer(init, port);
  closers.push(() => started.close());
  return started;
}

function client(
  address: string,
  limits: { readonly connectLimitMs?: number } = {},
): { store: ProgramStore; client: ProgramClient; events: ProgramEvent[] } {
  const store = new ProgramStore();
  const events: ProgramEvent[] = [];
  const started = startProgramClient({
    address,
    node: { id: 'p-1', cluster: 'edge', gateway: 'main', version: '1.2.3' },
    store,
    log: silentLogger,
    onEvent: (event) => void events.push(event),
    backOff: { firstMs: 10, maxMs: 40 },
    ...limits,
  });
  closers.push(() => started.stop());
  return { store, client: started, events };
}

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
    });
    expect(asked.slice(1).every(({ node }) => node === undefined)).toBe(true);
    const confirmed = plane.requests.filter(({ responseNonce }) => responseNonce !== '');
    expect(confirmed).toHaveLength(store.typeUrls.length);
    expect(confirmed.every(({ errorDetail }) => errorDetail === undefined)).toBe(true);
    expect(started.isConnected).toBe(true);
  });

  it('refuses by name what it cannot use, takes the rest, and keeps the old version of what it refused', async () => {
    const plane = await server({ keys: [{ name: 'k', team: 'old' }] });
    const { store, events } = client(plane.address);
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
    const placeholder = await server({});
    const port = Number(placeholder.address.split(':')[1]);
    placeholder.close();
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
    const placeholder = await server({});
    const port = Number(placeholder.address.split(':')[1]);
    placeholder.close();
    client(`127.0.0.1:${port}`, { connectLimitMs: 50 });
    await sleep(100);
    const { open } = await silentServer(port);
    await until(() => open.size > 2);
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
