import { selectorLabels } from '../gateway.ts';
import type { Json } from './json.ts';
import { type PodParts, podTemplate } from './pod-template.ts';

export function deployment(parts: PodParts): Json {
  const { replicas } = parts.parameters;
  return {
    spec: {
      // Without it the number is the autoscaler's, and would be taken from it with each of our writes.
      ...(replicas !== undefined && { replicas }),
      revisionHistoryLimit: 5,
      selector: { matchLabels: selectorLabels(parts.gateway) },
      // A new pod is ready before an old one goes: no moment with less than is wanted.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: podTemplate(parts),
    },
  };
}
