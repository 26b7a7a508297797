import { bootstrap, type SocketAddress } from '../../src/envoy/bootstrap.ts';
import { ok } from '../../src/lib/result.ts';
import type { GatewayModel } from '../../src/model/gateway.ts';
import { createXdsServer, type XdsServer } from '../../src/xds/server/server.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { portName } from '../../src/xds/translate/ports.ts';
import { translate } from '../../src/xds/translate/translate.ts';
import { type EnvoyOptions, type EnvoyProcess, startEnvoy } from './envoy-process.ts';

export interface TranslatedEnvoy {
  readonly envoy: EnvoyProcess;
  /** Port of a listener of the model, which should ask for port 0. */
  port(listener: string): Promise<number>;
  /** Publishes another model and waits until Envoy has accepted it; gives back what Envoy refused. */
  publish(gateway: GatewayModel): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface TranslatedEnvoyOptions {
  readonly processors: readonly SocketAddress[];
  readonly systemCaFile?: string;
  readonly envoy?: EnvoyOptions;
}

/** A real Envoy that gets a model the way it would in production: translated, over ADS. No policy, no real processor. */
export async function startTranslatedEnvoy(
  gateway: GatewayModel,
  options: TranslatedEnvoyOptions,
): Promise<TranslatedEnvoy> {
  const refusals: string[] = [];
  const xds = createXdsServer({ groupOf: () => ok('gateway') });
  xds.onEvent((event) => {
    if (event.kind === 'nack') refusals.push(event.text);
  });
  const publish = async (model: GatewayModel) => {
    refusals.length = 0;
    const resources = translate(model, { systemCaFile: options.systemCaFile ?? '/etc/ssl/certs/ca-certificates.crt' });
    xds.publish('gateway', snapshotOf(resources));
    await settled(
      xds,
      resources.map(({ typeUrl }) => typeUrl),
    );
    return [...refusals];
  };
  const { port: xdsPort } = await xds.listen({ host: '127.0.0.1', port: 0 });
  await publish(gateway);
  const envoy = await startEnvoy(
    bootstrap({
      nodeId: 'test',
      gateway: gateway.name,
      adminPort: 0,
      xds: { address: { host: '127.0.0.1', port: xdsPort } },
      processors: options.processors,
    }),
    { ...options.envoy, args: ['--file-flush-interval-msec', '10', ...(options.envoy?.args ?? [])] },
  ).catch(async (error: unknown) => {
    await xds.close(0);
    throw new Error(`${refusals.join('\n')}\n${error instanceof Error ? error.message : String(error)}`);
  });
  return {
    envoy,
    publish,
    port: async (listener) => {
      const page: unknown = JSON.parse(await envoy.admin('/listeners?format=json'));
      const { listener_statuses: statuses } = page as {
        listener_statuses: { name: string; local_address: { socket_address: { port_value: number } } }[];
      };
      const model = gateway.listeners.find(({ name }) => name === listener);
      const found = statuses.find(({ name }) => model !== undefined && name === portName(model));
      if (found === undefined) throw new Error(`Envoy has no listener ${listener}:\n${refusals.join('\n')}`);
      return found.local_address.socket_address.port_value;
    },
    stop: async () => {
      await envoy.stop();
      await xds.close(0);
    },
  };
}

async function settled(xds: XdsServer, types: readonly string[]): Promise<void> {
  await xds.settled('gateway', [...new Set(types)], 5_000);
}
