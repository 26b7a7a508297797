import type { Resource } from '../../src/xds/snapshot/resource.ts';
import type { EnvoyProcess } from './envoy-process.ts';
import { listenerPort, type RecordedXds, startUpstream, startXds, startXdsEnvoy, type Transport } from './xds-envoy.ts';
import { site } from './xds-site.ts';

type Cleanup = (close: () => unknown) => void;

export interface RunningSite {
  readonly xds: RecordedXds;
  readonly envoy: EnvoyProcess;
  readonly ports: { readonly first: number; readonly second: number };
  get(path: string): Promise<string>;
}

/** An Envoy that is served a site, with two upstreams that it may lead to. */
export async function startSite(
  cleanup: Cleanup,
  transport: Transport,
  wanted?: (ports: RunningSite['ports']) => readonly Resource[],
): Promise<RunningSite> {
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
