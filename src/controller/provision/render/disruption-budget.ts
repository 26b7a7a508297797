import { selectorLabels } from '../gateway.ts';
import { fewestPods } from './autoscaler.ts';
import type { Json } from './json.ts';
import type { PodParts } from './pod-template.ts';

/**
 * One pod stays where there are always more. To keep a single one would only keep nodes from being emptied: of pods that
 * may be one at times, one at a time may go.
 */
export function disruptionBudget({ gateway, parameters }: PodParts): Json | undefined {
  const given = saysSomething(parameters.podDisruptionBudget) ? parameters.podDisruptionBudget : undefined;
  const { replicas, autoscaling } = parameters;
  if (given === undefined && (replicas ?? autoscaling?.max ?? 2) < 2) return undefined;
  const mayBeSingle = (replicas ?? fewestPods(parameters)) < 2;
  const { minAvailable, maxUnavailable } = given ?? (mayBeSingle ? { maxUnavailable: 1 } : {});
  return {
    spec: {
      ...(maxUnavailable === undefined ? { minAvailable: minAvailable ?? 1 } : { maxUnavailable }),
      selector: { matchLabels: selectorLabels(gateway) },
      // A pod that is not ready protects nobody.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}

/** One that is written and empty is none, rather than one that holds on to a single pod. */
function saysSomething(budget: PodParts['parameters']['podDisruptionBudget']): boolean {
  return budget?.minAvailable !== undefined || budget?.maxUnavailable !== undefined;
}
