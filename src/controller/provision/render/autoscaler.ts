import { objectName } from '../gateway.ts';
import { envoyContainer } from './envoy-container.ts';
import type { Json } from './json.ts';
import type { MergedParameters } from './merge-parameters.ts';
import type { PodParts } from './pod-template.ts';
import { processorContainers } from './processor-container.ts';

const defaults = { min: 2, max: 10, cpu: 70 };

/** Two pods at least unless somebody says how many there are to be: one alone is none during every upgrade of a node. */
export function autoscaler(parts: PodParts): Json | undefined {
  const { gateway, parameters } = parts;
  if (parameters.replicas !== undefined) return undefined;
  const { cpu = defaults.cpu } = parameters.autoscaling ?? {};
  const min = fewestPods(parameters);
  const max = parameters.autoscaling?.max ?? Math.max(defaults.max, min);
  return {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: objectName(gateway) },
      minReplicas: min,
      maxReplicas: max,
      metrics: scaledContainers(parts).map((container) => ({
        type: 'ContainerResource',
        containerResource: { name: 'cpu', container, target: { type: 'Utilization', averageUtilization: cpu } },
      })),
      // Streams live for minutes: a pod that goes too early is asked for again while it still drains.
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
    },
  };
}

/**
 * Each by itself, and the busiest counts. Of a pod as a whole nothing could be said as soon as one of its containers
 * asks for no CPU, as sidecars do that a mesh adds.
 */
function scaledContainers({ gateway, parameters, settings }: PodParts): readonly string[] {
  const containers = [envoyContainer(parameters, settings), ...processorContainers(gateway, parameters, settings)];
  return containers.flatMap(({ name, resources }) => {
    const { requests, limits } = resources as { readonly requests?: Json; readonly limits?: Json };
    return typeof name === 'string' && (requests?.cpu ?? limits?.cpu) ? [name] : [];
  });
}

/** A most that is less than the fewest by default says that so few are enough. */
export function fewestPods({ autoscaling }: MergedParameters): number {
  return autoscaling?.min ?? Math.min(defaults.min, autoscaling?.max ?? defaults.min);
}
