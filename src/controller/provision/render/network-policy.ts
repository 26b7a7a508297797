import { selectorLabels } from '../gateway.ts';
import type { Json } from './json.ts';
import type { PodParts } from './pod-template.ts';
import { podPorts, processorAdminPort } from './ports.ts';

/** Only what comes in: providers are anywhere. Probes come from the node, which no selector names. */
export function networkPolicy({ gateway, parameters, ports }: PodParts): Json | undefined {
  if (parameters.networkPolicy?.enabled !== true) return undefined;
  const workers = parameters.processor?.workers ?? 1;
  const admin = Array.from({ length: workers }, (_, index) => processorAdminPort(index));
  const open = [...ports.map(({ bound }) => bound), podPorts.envoyHealth, ...admin];
  return {
    spec: {
      podSelector: { matchLabels: selectorLabels(gateway) },
      policyTypes: ['Ingress'],
      ingress: [{ ports: open.map((port) => ({ port, protocol: 'TCP' })) }],
    },
  };
}
