import type { ObjectRef, Resource } from '../../kube/object.ts';

/** Kinds that are made for Gateways. In this order they are applied; what pods need comes before them. */
export const provisionedKinds = {
  ServiceAccount: kind('', 'v1', 'serviceaccounts'),
  Secret: kind('', 'v1', 'secrets'),
  ConfigMap: kind('', 'v1', 'configmaps'),
  Deployment: kind('apps', 'v1', 'deployments'),
  Service: kind('', 'v1', 'services'),
  HorizontalPodAutoscaler: kind('autoscaling', 'v2', 'horizontalpodautoscalers'),
  PodDisruptionBudget: kind('policy', 'v1', 'poddisruptionbudgets'),
  NetworkPolicy: kind('networking.k8s.io', 'v1', 'networkpolicies'),
} as const;

export type ProvisionedKind = keyof typeof provisionedKinds;

/** How a client calls an object of one of these kinds. */
export function refOf(object: {
  readonly kind: ProvisionedKind;
  readonly namespace: string;
  readonly name: string;
}): ObjectRef {
  const { group, version, plural } = provisionedKinds[object.kind];
  return { group, version, plural, namespace: object.namespace, name: object.name };
}

function kind(group: string, version: string, plural: string): Resource & { readonly apiVersion: string } {
  return { group, version, plural, apiVersion: group === '' ? version : `${group}/${version}` };
}
