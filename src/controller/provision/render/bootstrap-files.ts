import { bootstrap, type ClientTls, secretFiles } from '../../../envoy/bootstrap.ts';
import { everyAddress } from '../../../lib/address-families.ts';
import { groupOf, type ProvisionedGateway } from '../gateway.ts';
import type { ProvisionSettings } from '../settings.ts';
import { paths } from './containers.ts';
import { heapBytes } from './envoy-container.ts';
import type { MergedParameters } from './merge-parameters.ts';
import { podPorts } from './ports.ts';
import { socketPath } from './processor-container.ts';

/** Files of the ConfigMap that Envoy starts with, by name. The pod's name comes with its command line. */
export function bootstrapFiles(
  gateway: ProvisionedGateway,
  parameters: MergedParameters,
  { xds, families }: ProvisionSettings,
): { readonly [name: string]: string } {
  const tls: ClientTls | undefined = xds.tls && {
    caFile: `${paths.xds}/ca.crt`,
    serverName: xds.tls.serverName,
    clientCertificate: { certificateFile: `${paths.xds}/tls.crt`, privateKeyFile: `${paths.xds}/tls.key` },
    rotation: { watchedFolder: paths.xds, secretFolder: paths.bootstrap },
  };
  const heap = heapBytes(parameters);
  const connections = parameters.envoy?.maxConnections;
  const workers = parameters.processor?.workers ?? 1;
  const content = bootstrap({
    gateway: groupOf(gateway),
    adminPort: podPorts.envoyAdmin,
    xds: { address: { host: xds.host, port: xds.port }, ...(tls && { tls }) },
    processors: Array.from({ length: workers }, (_, index) => ({ path: socketPath(index) })),
    health: { host: everyAddress(families), port: podPorts.envoyHealth },
    limits: { ...(heap !== undefined && { heapBytes: heap }), ...(connections !== undefined && { connections }) },
  });
  const files = { 'bootstrap.json': content, ...(tls && secretFiles(tls)) };
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, `${JSON.stringify(file, null, 2)}\n`]));
}
