import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAdminClient, parseDump, parseStats } from './admin.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

async function adminOf(pages: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const page = pages[request.url?.split('?')[0] ?? ''];
    response.writeHead(page === undefined ? 503 : 200, { connection: 'close' }).end(page);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { admin: createAdminClient((server.address() as AddressInfo).port), asked };
}

describe('parseStats', () => {
  it('reads counters and gauges and leaves out histograms', () => {
    const page = 'a.b: 3\nc: 0\nh: P0(nan,1.0) P25(nan,1.025)\nno value: -\n';
    expect([...parseStats(page)]).toEqual([
      ['a.b', 3],
      ['c', 0],
    ]);
  });
});

describe('parseDump', () => {
  it('reads names, versions and errors of every type, and never a content', () => {
    const found = parseDump({
      configs: [
        { bootstrap: {} },
        { dynamic_active_clusters: [{ version_info: 'c1', cluster: { name: 'provider/a' } }] },
        {
          dynamic_listeners: [
            { name: 'http', active_state: { version_info: 'l1' }, error_state: { details: 'cannot bind' } },
            { name: 'new', error_state: { details: 'address is necessary' } },
          ],
        },
        { dynamic_route_configs: [{ version_info: 'r1', route_config: { name: 'http' } }] },
        { dynamic_active_secrets: [{ name: 's', version_info: 's1', secret: { generic_secret: 'x' } }] },
      ],
    });
    const flat = [...found].map(([type, { versions, refused }]) => [type, [...versions], [...refused]]);
    expect(flat).toEqual([
      ['cluster', [['provider/a', 'c1']], []],
      [
        'listener',
        [['http', 'l1']],
        [
          ['http', 'cannot bind'],
          ['new', 'address is necessary'],
        ],
      ],
      ['route', [['http', 'r1']], []],
      ['secret', [['s', 's1']], []],
    ]);
  });

  it('finds nothing in what is no dump', () => {
    expect(parseDump(null).size).toBe(0);
    expect(parseDump({ configs: 'x' }).size).toBe(0);
  });
});

describe('createAdminClient', () => {
  it('tells which hosts of a cluster are in use', async () => {
    const { admin } = await adminOf({
      '/clusters': JSON.stringify({
        cluster_statuses: [
          {
            name: 'provider/a',
            host_statuses: [
              {
                address: { socket_address: { address: '10.0.0.1', port_value: 443 } },
                health_status: { eds_health_status: 'HEALTHY' },
              },
              {
                address: { pipe: { path: '/run/p.sock' } },
                health_status: { eds_health_status: 'HEALTHY', failed_outlier_check: true },
              },
            ],
          },
        ],
      }),
    });
    expect(await admin.clusters()).toEqual({
      ok: true,
      value: [
        {
          name: 'provider/a',
          hosts: [
            { address: '10.0.0.1:443', isHealthy: true },
            { address: '/run/p.sock', isHealthy: false },
          ],
        },
      ],
    });
  });

  it('asks for exactly the statistics wanted', async () => {
    const { admin, asked } = await adminOf({ '/stats': 'http.gateway.downstream_rq_active: 3\n' });
    expect(await admin.activeRequests()).toEqual({ ok: true, value: 3 });
    expect(asked).toEqual(['GET /stats?filter=%5Ehttp%5C.gateway%5C.downstream_rq_active%24']);
  });

  it('changes things by POST only', async () => {
    const { admin, asked } = await adminOf({ '/healthcheck/fail': 'OK\n', '/drain_listeners': 'OK\n' });
    expect((await admin.failHealthChecks()).ok).toBe(true);
    expect((await admin.drainListeners()).ok).toBe(true);
    expect(asked).toEqual(['POST /healthcheck/fail', 'POST /drain_listeners?graceful&skip_exit']);
  });

  it('answers an error when the page says no, is not JSON, or is not there', async () => {
    const { admin } = await adminOf({ '/config_dump': 'not JSON' });
    expect(await admin.isReady()).toBe(false);
    expect(await admin.version()).toEqual({ ok: false, error: "Envoy's admin page answered 503 to /server_info." });
    expect(await admin.resources()).toMatchObject({ ok: false, error: expect.stringContaining('not JSON') });
    server?.close();
    server = undefined;
    expect(await admin.clusters()).toMatchObject({ ok: false, error: expect.stringContaining('cannot be reached') });
  });
});
