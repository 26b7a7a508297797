import type { Receiver } from '../../src/lib/otlp/testing/receiver.ts';
import type { TestGateway } from './gateway.ts';

/** Everything that a gateway has written or shows to anybody but its callers and providers, by place. */
export async function everythingWritten(
  gateway: TestGateway,
  collector?: Receiver,
): Promise<Readonly<Record<string, string>>> {
  const plane = async (path: string) => (await fetch(`http://127.0.0.1:${gateway.plane.adminPort}${path}`)).text();
  const { envoy, processors } = gateway;
  return {
    'log of the control plane': gateway.log(),
    'status of the control plane': await plane('/status'),
    'metrics of the control plane': await plane('/metrics'),
    'log and records of the processors': processors.map((each) => each.log()).join(''),
    'metrics of the processors': (await Promise.all(processors.map((each) => each.metrics()))).join(''),
    'log and access log of Envoy': envoy.log(),
    'configuration of Envoy': await envoy.admin('/config_dump?include_eds'),
    'certificates of Envoy': await envoy.admin('/certs'),
    'clusters of Envoy': await envoy.admin('/clusters'),
    'listeners of Envoy': await envoy.admin('/listeners'),
    'server of Envoy': await envoy.admin('/server_info'),
    'statistics of Envoy': await envoy.admin('/stats?format=prometheus'),
    ...(collector !== undefined && { traces: JSON.stringify([collector.spans, [...collector.resource]]) }),
  };
}
