import { err, ok, type Result } from '../../../lib/result.ts';
import { inCluster } from '../../../model/build/place.ts';
import type { ProvisionedGateway } from '../gateway.ts';

/** Ports of the pod itself. Envoy's admin page is on loopback; the others are for probes and metrics. */
export const podPorts = { processorAdmin: 18_002, envoyHealth: 18_003, envoyAdmin: 19_000 } as const;

/** Admin port of a processor; the first one is asked by probes of Envoy's container, too. */
export function processorAdminPort(index: number): number {
  return index === 0 ? podPorts.processorAdmin : 18_100 + index;
}

export interface ListenerPort {
  /** Of the Service. */
  readonly port: number;
  /** That Envoy opens. */
  readonly bound: number;
}

/** The ports of a Gateway, in order. An error where a pod cannot have them. */
export function listenerPorts(gateway: ProvisionedGateway, workers: number): Result<readonly ListenerPort[]> {
  const ports = [...new Set(gateway.spec.listeners.map(({ port }) => port))].sort((a, b) => a - b);
  const taken = new Map<number, string>([
    [podPorts.envoyHealth, 'probes of Envoy'],
    [podPorts.envoyAdmin, 'the admin page of Envoy'],
    ...Array.from({ length: workers }, (_, index) => [processorAdminPort(index), 'probes of the processor'] as const),
  ]);
  const result: ListenerPort[] = [];
  for (const port of ports) {
    const bound = inCluster.boundPort(port);
    const other = taken.get(bound);
    if (other !== undefined) {
      const opened = bound === port ? '' : `, which pods open as ${bound},`;
      return err(`Port ${port}${opened} is that of ${other} in every pod; use another one.`);
    }
    taken.set(bound, `listeners on port ${port}`);
    result.push({ port, bound });
  }
  return ok(result);
}
