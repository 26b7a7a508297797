import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  noHeaderChanges,
  type ServiceAction,
  type ServiceMatch,
  type ServiceRoute,
  type WeightedBackend,
} from '../../src/model/service.ts';
import { gatewayModel } from '../support/gateway-model.ts';
import { type RawRequest, rawRequest } from '../support/raw-request.ts';
import { startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';
import { until } from '../support/until.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const closers: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Answers everything with its name, what it was asked and what it was told. */
async function startService(name: string) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers });
    const delayMs = Number(request.headers['x-delay'] ?? 0);
    const status = seen.length <= Number(request.headers['x-fail-first'] ?? 0) ? 503 : 200;
    setTimeout(() => {
      response.writeHead(status, { 'x-service': name, 'x-hide': 'this' }).end(`${name} ${request.url}`);
    }, delayMs);
  });
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    socket.on('data', (data) => socket.write(`${name} heard ${data}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

type Service = Awaited<ReturnType<typeof startService>>;

/** What is heard over a connection that is no longer HTTP; or the status, where it stays HTTP. */
function speak(port: number, path: string, word: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
    response.resume();
    resolve(String(response.statusCode));
  });
  request.on('error', reject);
  request.on('upgrade', (_, socket) => {
    socket.on('error', reject).once('data', (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.write(word);
  });
  return promise;
}

function to(cluster: string | undefined, weight = 1): WeightedBackend {
  return {
    ...(cluster !== undefined && { cluster }),
    weight,
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
  };
}

function forward(
  parts: Partial<Extract<ServiceAction, { readonly kind: 'forward' }>> = {},
  cluster = 'service/one',
): ServiceAction {
  return { kind: 'forward', backends: [to(cluster)], rewrite: {}, mirrors: [], ...parts };
}

function prefix(value: string): ServiceMatch {
  return { path: { kind: 'prefix', value }, headers: [], query: [] };
}

/** By which callers are said to come. */
const ownPort = 8081;

let routeCount = 0;

function route(match: ServiceMatch, action: ServiceAction, parts: Partial<ServiceRoute> = {}): ServiceRoute {
  return {
    id: `HTTPRoute/test/${String(routeCount++).padStart(3, '0')}`,
    listeners: ['http'],
    hostnames: [],
    match,
    action,
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
    origins: [],
    ...parts,
  };
}

describe('ordinary services on a real Envoy', () => {
  let one: Service;
  let two: Service;
  let ask: (request: RawRequest) => ReturnType<typeof rawRequest>;
  let processed: () => number;
  let speakTo: (path: string, word: string) => Promise<string>;

  beforeAll(async () => {
    one = await startService('one');
    two = await startService('two');
    let streams = 0;
    const processor = await startScriptedProcessor(() => {
      streams++;
      return 'fail';
    });
    closers.push(() => processor.close());
    processed = () => streams;
    const any = prefix('/');
    const routes = [
      route(any, forward()),
      route(prefix('/shop/'), forward({}, 'service/two')),
      route({ ...prefix('/shop'), method: 'DELETE' }, { kind: 'fail', status: 500 }),
      route({ ...any, headers: [{ name: 'x-version', kind: 'exact', value: '2' }] }, forward({}, 'service/two')),
      route({ ...any, query: [{ name: 'beta', kind: 'regex', value: 'y|yes' }] }, forward({}, 'service/two')),
      route({ path: { kind: 'regex', value: '/item-[0-9]+' }, headers: [], query: [] }, forward({}, 'service/two')),
      route(prefix('/strip'), forward({ rewrite: { path: { kind: 'prefix', value: '/' } } })),
      route(prefix('/swap'), forward({ rewrite: { path: { kind: 'prefix', value: '/other/' } } })),
      route(
        prefix('/full'),
        forward({ rewrite: { hostname: 'inner.example', path: { kind: 'full', value: '/a\\1b' } } }),
      ),
      route(prefix('/moved'), { kind: 'redirect', path: { kind: 'prefix', value: '/new' }, status: 301 }),
      route(prefix('/away'), { kind: 'redirect', scheme: 'https', hostname: 'a.example', port: 8443, status: 302 }),
      route(prefix('/host-only'), { kind: 'redirect', hostname: 'a.example', status: 302 }),
      route(prefix('/share'), forward({ backends: [to('service/one', 1), to(undefined, 1)] })),
      route(prefix('/mirror'), forward({ mirrors: [{ cluster: 'service/two', percent: 100 }] })),
      route(prefix('/slow'), forward({ timeoutMs: 200 })),
      route(prefix('/retry'), forward({ retry: { attempts: 2, statuses: [503], backoffMs: 1 } }, 'service/three')),
      route(prefix('/headers'), forward(), {
        requestHeaders: {
          set: [{ name: 'x-set', value: '100%REQ(:path)%' }],
          add: [{ name: 'x-add', value: 'more' }],
          remove: ['x-remove'],
        },
        responseHeaders: { set: [{ name: 'x-service', value: 'hidden' }], add: [], remove: ['x-hide'] },
      }),
      route(prefix('/v1/chat/completions'), forward()),
      route(any, forward({}, 'service/two'), { hostnames: ['*.shop.example'] }),
      route(prefix('/only-here'), forward(), { hostnames: ['a.shop.example'] }),
    ];
    const three = await startService('three');
    const backends = Object.entries({ one, two, three }).map(([name, { port }]) => ({
      cluster: `service/${name}`,
      endpoints: [{ host: '127.0.0.1', port }],
      protocol: 'http1' as const,
      origins: [],
    }));
    const listener = {
      name: 'http',
      address: '127.0.0.1',
      port: 0,
      askedPort: ownPort,
      hostnames: [],
      origins: [],
    };
    const running = await startTranslatedEnvoy(
      gatewayModel({ listeners: [listener], services: { routes, backends } }),
      {
        processors: [{ host: '127.0.0.1', port: processor.port }],
      },
    );
    closers.push(() => running.stop());
    const port = await running.port('http');
    speakTo = (path, word) => speak(port, path, word);
    ask = (request) => rawRequest(port, { method: 'GET', ...request });
  });

  it.each<[string, RawRequest, string]>([
    ['the most general route', { path: '/anything?x=1' }, 'one /anything?x=1'],
    ['the longer prefix', { path: '/shop' }, 'two /shop'],
    ['a prefix by its segments', { path: '/shop/cart' }, 'two /shop/cart'],
    ['not by its letters', { path: '/shopping' }, 'one /shopping'],
    ['more headers', { path: '/x', headers: { 'x-version': '2' } }, 'two /x'],
    ['not another value', { path: '/x', headers: { 'x-version': '22' } }, 'one /x'],
    ['a query parameter', { path: '/x?beta=yes' }, 'two /x?beta=yes'],
    ['a regular expression of the whole path', { path: '/item-17' }, 'two /item-17'],
    ['not of a part of it', { path: '/item-17/x' }, 'one /item-17/x'],
    ['a wildcard host', { path: '/x', headers: { host: 'b.shop.example' } }, 'two /x'],
    ['a host below a wildcard', { path: '/only-here', headers: { host: 'a.shop.example' } }, 'one /only-here'],
    ['what the wildcard has for it', { path: '/x', headers: { host: 'a.shop.example' } }, 'two /x'],
  ])('are chosen by %s', async (_, request, text) => {
    const answer = await ask(request);
    expect([answer.status, answer.text]).toEqual([200, text]);
  });

  it.each([
    ['/strip/a?b=c', 'one /a?b=c'],
    ['/strip', 'one /'],
    ['/swap/a', 'one /other/a'],
    ['/full/a?b=c', 'one /a\\1b?b=c'],
  ])('see %s as %s', async (path, text) => {
    expect((await ask({ path })).text).toBe(text);
  });

  it('get the host that a route gives them', async () => {
    await ask({ path: '/full/host' });
    expect(one.seen.at(-1)?.headers.host).toBe('inner.example');
  });

  it('are not asked where a route sends the caller elsewhere', async () => {
    const moved = await ask({ path: '/moved/a?b=c', headers: { host: 'me.example' } });
    expect([moved.status, moved.headers.location]).toEqual([301, 'http://me.example/new/a?b=c']);
    const away = await ask({ path: '/away/a' });
    expect([away.status, away.headers.location]).toEqual([302, 'https://a.example:8443/away/a']);
    const { status, headers } = await ask({ path: '/host-only/a', headers: { host: 'me.example:81' } });
    expect([status, headers.location]).toEqual([302, `http://a.example:${ownPort}/host-only/a`]);
    expect((await ask({ path: '/shop/cart', method: 'DELETE' })).status).toBe(500);
  });

  it('get and give the headers that a route changes, whatever stands in them', async () => {
    const answer = await ask({ path: '/headers', headers: { 'x-set': 'a', 'x-add': 'some', 'x-remove': 'b' } });
    const { headers } = one.seen.at(-1) ?? { headers: {} };
    expect(headers).toMatchObject({ 'x-set': '100%REQ(:path)%', 'x-add': 'some, more' });
    expect(headers).not.toHaveProperty('x-remove');
    expect(answer.headers).toMatchObject({ 'x-service': 'hidden' });
    expect(answer.headers).not.toHaveProperty('x-hide');
  });

  it('answer 500 to the share of a backend that does not exist', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask({ path: '/share' })));
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 500]));
  });

  it('are mirrored, and the caller sees only one of them', async () => {
    expect((await ask({ path: '/mirror/x', headers: { host: 'me.example' } })).text).toBe('one /mirror/x');
    const mirrored = () => two.seen.find(({ path }) => path === '/mirror/x');
    await until('the mirrored request', () => mirrored() !== undefined);
    expect(mirrored()?.headers.host).toBe('me.example');
  });

  it('answer in time or not at all', async () => {
    expect((await ask({ path: '/slow', headers: { 'x-delay': '2000' } })).status).toBe(504);
  });

  it('may speak over WebSockets, and models may not', async () => {
    expect(await speakTo('/shop/talk', 'hello')).toBe('two heard hello');
    expect(await speakTo('/v1/realtime', 'hello')).toMatch(/^[45]/);
  });

  it('are asked again where a route says so', async () => {
    expect((await ask({ path: '/retry', headers: { 'x-fail-first': '2' } })).text).toBe('three /retry');
  });

  it('never meet the processor, and never take what belongs to models on a host of the gateway', async () => {
    const before = processed();
    await ask({ path: '/anything' });
    expect(processed()).toBe(before);
    const count = one.seen.length;
    const answer = await ask({ path: '/v1/chat/completions', method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(processed()).toBeGreaterThan(before);
    expect(one.seen).toHaveLength(count);
  });

  it('have their hosts to themselves, models included', async () => {
    const headers = { host: 'b.shop.example' };
    expect((await ask({ path: '/v1/chat/completions', headers })).text).toBe('two /v1/chat/completions');
  });
});
