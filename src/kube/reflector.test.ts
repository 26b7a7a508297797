import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from './client.ts';
import { type Reflector, type ReflectorOptions, startReflector } from './reflector.ts';
import { plainConnection } from './testing/plain-connection.ts';
import { startTestServer } from './testing/server.ts';
import { createTransport } from './transport.ts';

const place = { group: '', version: 'v1', plural: 'things' };
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function thing(name: string, resourceVersion: string): object {
  return { metadata: { name, uid: name, resourceVersion, managedFields: [{ manager: 'x' }] } };
}

function list(response: ServerResponse, version: string, things: readonly object[], more?: string): void {
  response.end(JSON.stringify({ metadata: { resourceVersion: version, continue: more }, items: things }));
}

function tell(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

/** Plays an API server: each request meets the next entry; afterwards watches stay open and silent. */
async function reflecting(
  script: readonly ((response: ServerResponse) => void)[],
  options: Partial<ReflectorOptions> = {},
): Promise<{ readonly reflector: Reflector; readonly told: string[]; readonly seen: readonly string[] }> {
  let next = 0;
  const server = await startTestServer((_, response) => {
    const step = script[next++];
    if (step === undefined) response.flushHeaders();
    else step(response);
  });
  const client = createKubeClient(server.url, createTransport(plainConnection(server.url), 'test'));
  const told: string[] = [];
  const reflector = startReflector({
    client,
    place,
    backOff: { firstMs: 10, maxMs: 50 },
    outage: { firstMs: 10, maxMs: 50 },
    onChanges: (changes) => told.push(changes.map(({ kind, object }) => `${kind} ${object.metadata.name}`).join(', ')),
    onSync: () => told.push('synced'),
    onError: (error) => told.push(error.reason),
    ...options,
  });
  closing.push(
    () => server.close(),
    () => client.close(),
    () => reflector.close(),
  );
  return { reflector, told, seen: server.seen };
}

/** `list`, `list page`, `watch 12`. */
function shown(seen: readonly string[]): readonly string[] {
  return seen.map((line) => {
    const query = new URL(line.slice(4), 'http://host').searchParams;
    if (query.has('watch')) return `watch ${query.get('resourceVersion')}`;
    const page = query.get('continue');
    return `list${query.has('limit') ? '' : ' all'}${page === null ? '' : ` ${page}`}`;
  });
}

describe('startReflector()', () => {
  it('reads pages, follows events, and keeps nothing that nobody reads', async () => {
    const { reflector, told, seen } = await reflecting([
      (response) => list(response, '5', [thing('a', '1')], 'more'),
      (response) => list(response, '5', [thing('b', '2')]),
      (response) => {
        tell(response, 'MODIFIED', thing('a', '6'));
        tell(response, 'DELETED', thing('b', '7'));
        tell(response, 'BOOKMARK', { metadata: { resourceVersion: '9' } });
        setTimeout(() => response.end(), 1_050);
      },
    ]);
    await expect.poll(() => shown(seen)).toEqual(['list', 'list more', 'watch 5']);
    await expect.poll(() => told).toEqual(['added a, added b', 'synced', 'changed a, deleted b']);
    expect([...reflector.objects.values()]).toEqual([{ metadata: { name: 'a', uid: 'a', resourceVersion: '6' } }]);
    expect([reflector.hasSynced(), reflector.staleSince()]).toEqual([true, undefined]);
    await expect.poll(() => shown(seen).at(-1), { timeout: 3_000 }).toBe('watch 9');
    expect(seen[2]).toContain('allowWatchBookmarks=true');
  });

  it('begins a list anew whose connection breaks in the middle, and tells nothing of the half', async () => {
    const { reflector, told, seen } = await reflecting([
      (response) => list(response, '5', [thing('a', '1')], 'more'),
      // A call over a kept connection is repeated once over a new one.
      (response) => response.destroy(),
      (response) => response.destroy(),
      (response) => list(response, '6', [thing('b', '2')], 'rest'),
      (response) => list(response, '6', [thing('c', '3')]),
    ]);
    await expect.poll(() => told.at(-1)).toBe('synced');
    expect(told.slice(1)).toEqual(['added b, added c', 'synced']);
    await expect.poll(() => shown(seen)).toEqual(['list', 'list more', 'list more', 'list', 'list rest', 'watch 6']);
    expect(reflector.failure()).toBeUndefined();
  });

  it('asks again sooner while nobody answers than after a refusal', async () => {
    const patience = { backOff: { firstMs: 60_000, maxMs: 60_000 }, outage: { firstMs: 10, maxMs: 10 } };
    const { seen } = await reflecting([(response) => response.destroy()], patience);
    await expect.poll(() => shown(seen)).toEqual(['list', 'list']);
  });

  it('leaves an API server alone for as long as it wants to be, and keeps what it knows', async () => {
    const { reflector, told, seen } = await reflecting([
      (response) => list(response, '5', [thing('a', '1')]),
      (response) => response.writeHead(429, { 'retry-after': '1' }).end('{}'),
    ]);
    await expect.poll(() => told.at(-1)).toBe('TooManyRequests');
    const refusedAt = performance.now();
    expect([...reflector.objects.keys()]).toEqual(['/a']);
    await expect.poll(() => shown(seen), { timeout: 3_000 }).toEqual(['list', 'watch 5', 'watch 5']);
    expect(performance.now() - refusedAt).toBeGreaterThan(900);
  });

  it('goes on from what it has understood behind an event that nobody can read', async () => {
    const { told, seen } = await reflecting([
      (response) => list(response, '5', []),
      (response) => {
        tell(response, 'ADDED', thing('a', '6'));
        response.write('{"type":"ADDED"}\n');
      },
      (response) => tell(response, 'ADDED', thing('b', '7')),
    ]);
    await expect.poll(() => told.filter((line) => line.startsWith('added'))).toEqual(['added a', 'added b']);
    expect(told).toContain('Unreadable');
    expect(shown(seen)).toEqual(['list', 'watch 5', 'watch 6']);
  });

  it('says nothing after its end, not even what it has just heard', async () => {
    const { told, reflector } = await reflecting(
      [(response) => list(response, '5', []), (response) => tell(response, 'ADDED', thing('a', '6'))],
      {
        keep: (object) => {
          reflector.close();
          return object;
        },
      },
    );
    await expect.poll(() => reflector.objects.size).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual(['synced']);
  });

  it('finds deletions of the time in which its version was forgotten', async () => {
    const { told, seen } = await reflecting([
      (response) => list(response, '5', [thing('a', '1'), thing('b', '2')]),
      (response) => {
        tell(response, 'ERROR', { kind: 'Status', code: 410, message: 'too old' });
      },
      (response) => list(response, '20', [thing('b', '2'), thing('c', '11')]),
    ]);
    await expect.poll(() => told).toEqual(['added a, added b', 'synced', 'Gone', 'added c, deleted a']);
    await expect.poll(() => shown(seen)).toEqual(['list', 'watch 5', 'list', 'watch 20']);
  });

  it('lists in one piece when the pages were forgotten', async () => {
    const { told, seen } = await reflecting([
      (response) => list(response, '5', [thing('a', '1')], 'more'),
      (response) => response.writeHead(410).end(JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired' })),
      (response) => list(response, '6', [thing('b', '6')]),
    ]);
    await expect.poll(() => shown(seen)).toEqual(['list', 'list more', 'list all', 'watch 6']);
    expect(told).toEqual(['Expired', 'added b', 'synced']);
  });

  it('takes a silent watch for dead', async () => {
    const { told, seen } = await reflecting(
      [(response) => list(response, '5', []), (response) => response.flushHeaders()],
      { stallMs: 80 },
    );
    await expect.poll(() => shown(seen).slice(0, 3)).toEqual(['list', 'watch 5', 'watch 5']);
    expect(told.slice(0, 2)).toEqual(['synced', 'Timeout']);
  });

  it('lists again after two silent watches: the API server may never have had the version', async () => {
    const { told, seen } = await reflecting(
      [
        (response) => list(response, '50', [thing('a', '1'), thing('b', '40')]),
        (response) => response.flushHeaders(),
        (response) => response.flushHeaders(),
        (response) => list(response, '20', [thing('a', '1')]),
      ],
      { stallMs: 80 },
    );
    await expect.poll(() => shown(seen).slice(0, 5)).toEqual(['list', 'watch 50', 'watch 50', 'list', 'watch 20']);
    expect(told.slice(0, 5)).toEqual(['added a, added b', 'synced', 'Timeout', 'Timeout', 'deleted b']);
  });

  it('gives up a refused watch whose answer does not end', async () => {
    const { seen } = await reflecting(
      [
        (response) => list(response, '5', []),
        (response) => response.writeHead(500, { 'content-length': '100' }).write('{'),
      ],
      { openMs: 80 },
    );
    await expect.poll(() => shown(seen)).toEqual(['list', 'watch 5', 'watch 5']);
  });

  it('says since when it may miss something, and why', async () => {
    const { reflector, seen } = await reflecting(
      [(response) => list(response, '5', []), (response) => response.writeHead(403).end('{}')],
      { backOff: { firstMs: 300, maxMs: 300 } },
    );
    await expect.poll(() => reflector.failure()?.reason).toBe('Forbidden');
    expect(reflector.staleSince()).toBeGreaterThan(Date.now() - 5_000);
    await expect.poll(() => reflector.staleSince()).toBeUndefined();
    expect(shown(seen)).toEqual(['list', 'watch 5', 'watch 5']);
  });

  it('asks for what is selected only, in lists and in watches', async () => {
    const selectors = { labelSelector: 'app=a', fieldSelector: 'metadata.name=b' };
    const selected = await reflecting([(response) => list(response, '5', [])], selectors);
    await expect.poll(() => selected.seen.length).toBe(2);
    for (const call of selected.seen) expect(call).toContain('?labelSelector=app%3Da&fieldSelector=metadata.name%3Db');
    const all = await reflecting([(response) => list(response, '5', [])]);
    await expect.poll(() => all.seen.length).toBe(2);
    expect(all.seen[0]).toBe('GET /api/v1/things?limit=500');
    expect(all.seen.join()).not.toContain('Selector');
    // Between five and ten minutes, so that not all of them end at the same time.
    const seconds = Number(/timeoutSeconds=([0-9]+)/.exec(all.seen[1] ?? '')?.[1]);
    expect([seconds >= 300, seconds <= 600]).toEqual([true, true]);
  });

  it('is stale since the first failure, however many follow', async () => {
    const since: (number | undefined)[] = [];
    const { reflector, told } = await reflecting(
      [
        (response) => list(response, '5', []),
        ...[1, 2, 3].map(() => (response: ServerResponse) => void response.writeHead(500).end('{}')),
      ],
      { onError: () => since.push(reflector.staleSince()) },
    );
    await expect.poll(() => since.length).toBe(3);
    expect(since[0]).toBeGreaterThan(Date.now() - 5_000);
    expect(new Set(since).size).toBe(1);
    await expect
      .poll(() => [reflector.staleSince(), reflector.failure(), told])
      .toEqual([undefined, undefined, ['synced']]);
  });

  it('knows all again as soon as a list is there, before its watch is', async () => {
    const { reflector, told } = await reflecting([
      (response) => response.writeHead(500).end('{}'),
      (response) => list(response, '5', []),
      () => undefined,
    ]);
    await expect.poll(() => told).toEqual(['InternalError', 'synced']);
    expect([reflector.staleSince(), reflector.failure(), reflector.hasSynced()]).toEqual([undefined, undefined, true]);
  });
});
