import { selectorLabels } from '../gateway.ts';
import type { Json } from './json.ts';
import type { PodParts } from './pod-template.ts';

/** With a single pod a budget would only keep nodes from being emptied. */
export function disruptionBudget({ gateway, parameters }: PodParts): Json | undefined {
  const given = parameters.podDisruptionBudget;
  const isSingle = (parameters.replicas ?? 2) < 2;
  if (given === undefined && isSingle) return undefined;
  const { minAvailable, maxUnavailable } = given ?? {};
  return {
    spec: {
      ...(maxUnavailable === undefined ? { minAvailable: minAvailable ?? 1 } : { maxUnavailable }),
      selector: { matchLabels: selectorLabels(gateway) },
      // A pod that is not ready protects nobody.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
