import { connect } from 'node:tls';
import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import { type Certificate, createAuthority } from '../support/certificates.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import type { EnvoyProcess } from '../support/envoy-process.ts';
import {
  assignment,
  configSource,
  fromText,
  listenerPort,
  type RecordedXds,
  startUpstream,
  startXds,
  startXdsEnvoy,
  type Transport,
  transports,
} from '../support/xds-envoy.ts';

const cleanup = cleanupsAfterEach();
const authority = createAuthority('authority of the test');

const at = (type: string): string => `type.googleapis.com/${type}`;

interface Site {
  readonly clusters: Readonly<Record<string, number>>;
  /** Where requests go. */
  readonly routeTo: string;
  readonly greeting?: string;
  readonly token?: string;
  readonly connectTimeout?: string;
  readonly listener?: string;
  readonly port?: number;
}

/** A listener by LDS, its routes by RDS, clusters by CDS and EDS, and a credential by SDS. */
function site(transport: Transport, wanted: Site): Resource[] {
  const source = configSource(transport);
  const listener = wanted.listener ?? 'front';
  return [
    ...Object.entries(wanted.clusters).flatMap(([name, port]) => [
      fromText('cluster', name, {
        name,
        type: 'EDS',
        connect_timeout: wanted.connectTimeout ?? '1s',
        eds_cluster_config: { eds_config: source },
      }),
      fromText('endpoint', name, assignment(name, port)),
    ]),
    fromText('secret', 'token', {
      name: 'token',
      generic_secret: { secret: { inline_string: wanted.token ?? 'first-token' } },
    }),
    fromText('listener', listener, {
      name: listener,
      address: { socket_address: { address: '127.0.0.1', port_value: wanted.port ?? 0 } },
      filter_chains: [{ filters: [connectionManager(source)] }],
    }),
    fromText('route', 'routes', {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            {
              match: { prefix: '/direct' },
              direct_response: { status: 200, body: { inline_string: wanted.greeting ?? 'hello' } },
            },
            { match: { prefix: '/' }, route: { cluster: wanted.routeTo } },
          ],
        },
      ],
    }),
  ];
}

function connectionManager(source: JsonValue): JsonValue {
  return {
    name: 'hcm',
    typed_config: {
      '@type': at('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
      stat_prefix: 'front',
      rds: { route_config_name: 'routes', config_source: source },
      http_filters: [
        {
          name: 'credential',
          typed_config: {
            '@type': at('envoy.extensions.filters.http.credential_injector.v3.CredentialInjector'),
            credential: {
              name: 'generic',
              typed_config: {
                '@type': at('envoy.extensions.http.injected_credentials.generic.v3.Generic'),
                credential: { name: 'token', sds_config: source },
              },
            },
          },
        },
        { name: 'router', typed_config: { '@type': at('envoy.extensions.filters.http.router.v3.Router') } },
      ],
    },
  };
}

/** A listener whose certificate comes over SDS. */
function tlsListener(transport: Transport, { certificate, privateKey }: Certificate): Resource[] {
  const source = configSource(transport);
  return [
    fromText('secret', 'own-certificate', {
      name: 'own-certificate',
      tls_certificate: {
        certificate_chain: { inline_string: certificate },
        private_key: { inline_string: privateKey },
      },
    }),
    fromText('listener', 'secured', {
      name: 'secured',
      address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
      filter_chains: [
        {
          filters: [connectionManager(source)],
          transport_socket: {
            name: 'tls',
            typed_config: {
              '@type': at('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'),
              common_tls_context: {
                tls_certificate_sds_secret_configs: [{ name: 'own-certificate', sds_config: source }],
              },
            },
          },
        },
      ],
    }),
  ];
}

/** Names in the certificate that is shown, or why there is none. */
function handshake(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().subjectaltname ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

interface Running {
  readonly xds: RecordedXds;
  readonly envoy: EnvoyProcess;
  readonly ports: { readonly first: number; readonly second: number };
  get(path: string): Promise<string>;
}

async function start(
  transport: Transport,
  wanted?: (ports: Running['ports']) => readonly Resource[],
): Promise<Running> {
  const [first, second] = [await startUpstream('first'), await startUpstream('second')];
  cleanup(first.close);
  cleanup(second.close);
  const ports = { first: first.port, second: second.port };
  const xds = await startXds();
  cleanup(xds.close);
  await xds.publish(
    wanted?.(ports) ?? site(transport, { clusters: { one: ports.first }, routeTo: 'one' }),
    wanted !== undefined,
  );
  const envoy = await startXdsEnvoy(transport, xds.port);
  cleanup(envoy.stop);
  let port: number | undefined;
  return {
    xds,
    envoy,
    ports,
    async get(path) {
      port ??= await listenerPort(envoy, 'front');
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${response.status} ${await response.text()}`;
    },
  };
}

/** Requests without pause; gives back everything but the answers that the test allows. */
function underLoad(get: () => Promise<string>, allowed: RegExp): () => Promise<readonly string[]> {
  const others: string[] = [];
  let isOver = false;
  let count = 0;
  const loop = (async () => {
    while (!isOver) {
      const answer = await get().catch(String);
      count++;
      if (!allowed.test(answer)) others.push(answer);
    }
  })();
  return async () => {
    isOver = true;
    await loop;
    expect(count).toBeGreaterThan(0);
    return others;
  };
}

async function eventually(check: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (let tries = 0; !(await check()); tries++) {
    if (tries > 150) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const types = ['cluster', 'endpoint', 'secret', 'listener', 'route'];

describe.each(transports)('an Envoy over $name', (transport) => {
  it('starts with all that is published, asked for once', async () => {
    const { xds, get } = await start(transport);
    expect(await get('/direct')).toBe('200 hello');
    expect(await get('/')).toBe('200 first first-token');
    expect(xds.nacks()).toEqual([]);
    expect([...xds.sent()].sort()).toEqual(types.map((type) => `${type} 1`).sort());
  });

  it('follows changes of every type without a failed request', async () => {
    const { xds, envoy, ports, get } = await start(transport);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) (first|second)-token$/);
    await xds.publish(
      site(transport, {
        clusters: { one: ports.second },
        routeTo: 'one',
        greeting: 'changed',
        token: 'second-token',
        connectTimeout: '2s',
      }),
    );
    await eventually(async () => (await get('/')) === '200 second second-token', 'the new endpoint and token');
    await eventually(async () => (await get('/direct')) === '200 changed', 'the new greeting');
    expect(await finish()).toEqual([]);
    expect(xds.nacks()).toEqual([]);
    expect(await envoy.stat('cluster_manager.warming_clusters')).toBe(0);
  });

  it('makes a changed cluster warm at once, although its endpoints are the same', async () => {
    const { xds, envoy, ports, get } = await start(transport);
    await xds.publish(site(transport, { clusters: { one: ports.first }, routeTo: 'one', connectTimeout: '3s' }));
    await eventually(async () => (await envoy.stat('cluster_manager.cluster_modified')) === 1, 'the changed cluster');
    await eventually(async () => (await envoy.stat('cluster_manager.warming_clusters')) === 0, 'warm');
    expect(await envoy.stat('cluster.one.init_fetch_timeout')).toBe(0);
    expect(await get('/')).toBe('200 first first-token');
  });

  it('lets go of a cluster after its routes have, without a failed request', async () => {
    const { xds, envoy, ports, get } = await start(transport);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) first-token$/);
    await xds.publish(site(transport, { clusters: { two: ports.second }, routeTo: 'two' }));
    await eventually(async () => (await get('/')) === '200 second first-token', 'the new cluster');
    await eventually(async () => !/^one::/m.test(await envoy.admin('/clusters')), 'the old one gone');
    // Streams of their own have no common order: there a route may come before the cluster that it names.
    const failed = await finish();
    if (transport.isAggregated) expect(failed).toEqual([]);
    expect(xds.nacks()).toEqual([]);
  });

  it('keeps working without a server, and goes on with the next', async () => {
    const { xds, envoy, ports, get } = await start(transport);
    await get('/');
    await xds.close();
    expect(await get('/')).toBe('200 first first-token');

    const next = await startXds({ port: xds.port });
    cleanup(next.close);
    await next.publish(site(transport, { clusters: { one: ports.first }, routeTo: 'one' }));
    const isBack = () => next.sent().length > 0 && next.clients().length > 0;
    await eventually(isBack, 'connected again');
    await pause(700);
    expect(next.nacks()).toEqual([]);
    // Delta clients say what they have: nothing moves but the empty answers that wildcards get.
    if (transport.variant === 'delta') {
      expect(new Set(next.sent())).toEqual(new Set(['cluster 0', 'listener 0']));
    }
    expect(await envoy.stat('cluster_manager.cluster_modified')).toBe(0);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);

    await next.publish(site(transport, { clusters: { one: ports.second }, routeTo: 'one', greeting: 'from the next' }));
    await eventually(async () => (await get('/')) === '200 second first-token', 'the new endpoint');
    await eventually(async () => (await get('/direct')) === '200 from the next', 'the new greeting');
  }, 20_000);

  it('refuses what is wrong once, serves what was right, and takes what is mended', async () => {
    const { xds, ports, get } = await start(transport);
    const good = site(transport, { clusters: { one: ports.first, two: ports.second }, routeTo: 'one' });
    const bad = fromText('cluster', 'bad', { name: 'bad', type: 'EDS', connect_timeout: '1s' });
    const badAssignment = fromText('endpoint', 'bad', assignment('bad', ports.first));
    await xds.publish([...good, bad, badAssignment], true);
    expect(xds.nacks()).toHaveLength(1);
    expect(xds.nacks()[0]).toContain('bad');
    // Over streams of their own, new clusters open theirs for their endpoints a little later.
    await pause(200);
    const sent = xds.sent().length;
    await xds.publish([...good, bad, badAssignment], true);
    await pause(500);
    expect(xds.sent()).toHaveLength(sent);
    expect(await get('/')).toBe('200 first first-token');

    await xds.publish(site(transport, { clusters: { one: ports.first, two: ports.second }, routeTo: 'two' }));
    await eventually(async () => (await get('/')) === '200 second first-token', 'the mended state');
    expect(xds.nacks()).toHaveLength(1);
  });
});

describe('an Envoy over ADS', () => {
  const delta: Transport = { variant: 'delta', isAggregated: true };

  it.each(transports.filter(({ isAggregated }) => isAggregated))(
    'starts with nothing at all ($name)',
    async (transport) => {
      const xds = await startXds();
      cleanup(xds.close);
      await xds.publish([]);
      const began = Date.now();
      const envoy = await startXdsEnvoy(transport, xds.port);
      cleanup(envoy.stop);
      // Without an answer it would wait for 15 seconds, twice.
      expect(Date.now() - began).toBeLessThan(5_000);
      expect([...xds.sent()].sort()).toEqual(['cluster 0', 'listener 0']);
    },
  );

  it('that restarts under a state with a fault starts with all that is right', async () => {
    const { xds, envoy, ports, get } = await start(delta);
    const good = site(delta, { clusters: { one: ports.first }, routeTo: 'one' });
    const bad = fromText('cluster', 'bad', { name: 'bad', type: 'EDS', connect_timeout: '1s' });
    await xds.publish([...good, bad], true);
    expect(await get('/')).toBe('200 first first-token');
    await envoy.stop();
    const again = await startXdsEnvoy(delta, xds.port);
    cleanup(again.stop);
    const port = await listenerPort(again, 'front');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('first first-token');
    expect(xds.nacks()).toHaveLength(2);
  });

  it('takes a listener under a new name on the same address', async () => {
    for (const transport of transports.filter(({ isAggregated }) => isAggregated)) {
      const free = await startUpstream('placeholder');
      free.close();
      const named = (listener: string) => (ports: Running['ports']) =>
        site(transport, { clusters: { one: ports.first }, routeTo: 'one', listener, port: free.port });
      const { xds, envoy, ports } = await start(transport, named('front'));
      await xds.publish(named('renamed')(ports));
      expect(xds.nacks()).toEqual([]);
      expect(await envoy.admin('/listeners')).toContain('renamed');
      expect(await (await fetch(`http://127.0.0.1:${free.port}/direct`)).text()).toBe('hello');
    }
  });

  it('hears of a removal in order: new cluster, routes, old cluster', async () => {
    const { xds, ports } = await start(delta);
    const before = xds.sent().length;
    await xds.publish(site(delta, { clusters: { two: ports.second }, routeTo: 'two' }));
    const order = xds.sent().slice(before);
    expect(order.filter((each) => !each.startsWith('endpoint'))).toEqual(['cluster 1', 'route 1', 'cluster -1']);
  });

  it('uses a rotated secret for the next request, also while a cluster warms', async () => {
    const { xds, envoy, ports, get } = await start(delta);
    await xds.publish(site(delta, { clusters: { one: ports.first }, routeTo: 'one', token: 'rotated' }));
    expect(await get('/')).toBe('200 first rotated');
    await xds.publish(
      site(delta, { clusters: { one: ports.first }, routeTo: 'one', token: 'again', connectTimeout: '4s' }),
    );
    expect(await get('/')).toBe('200 first again');
    expect(await envoy.stat('cluster_manager.warming_clusters')).toBe(0);
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
  });

  it('goes on with a secret that is taken away while in use', async () => {
    const { xds, ports, get } = await start(delta);
    const withoutSecret = site(delta, { clusters: { one: ports.first }, routeTo: 'one' }).filter(
      ({ name }) => name !== 'token',
    );
    await xds.publish(withoutSecret, true);
    expect(await get('/')).toBe('200 first first-token');
    expect(xds.nacks()).toEqual([]);
  });

  it('serves every request while twenty states follow each other', async () => {
    const { xds, envoy, ports, get } = await start(delta);
    await get('/');
    const finish = underLoad(() => get('/'), /^200 (first|second) token-\d+$|^200 first first-token$/);
    const secured = (round: number): Resource[] => tlsListener(delta, authority.issue(`round-${round}.example.com`));
    let finishTls: (() => Promise<readonly string[]>) | undefined;
    let tlsPort = 0;
    for (let round = 0; round < 20; round++) {
      const name = `round-${round}`;
      const port = round % 2 === 0 ? ports.second : ports.first;
      const state = site(delta, { clusters: { [name]: port }, routeTo: name, token: `token-${round}` });
      await xds.publish([...state, ...secured(round)]);
      if (finishTls === undefined) {
        tlsPort = await listenerPort(envoy, 'secured');
        finishTls = underLoad(() => handshake(tlsPort), /^DNS:round-\d+\.example\.com$/);
      }
      await eventually(
        async () => (await handshake(tlsPort)) === `DNS:round-${round}.example.com`,
        'a rotated certificate',
      );
      expect(await get('/')).toBe(`200 ${round % 2 === 0 ? 'second' : 'first'} token-${round}`);
    }
    expect(await finish()).toEqual([]);
    expect(await finishTls?.()).toEqual([]);
    expect(xds.nacks()).toEqual([]);
    // Certificates are secrets: none of them was a new listener.
    expect(await envoy.stat('listener_manager.listener_modified')).toBe(0);
  });
});
