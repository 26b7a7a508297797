import type { KubernetesObject } from '../../../policy/kubernetes-object.ts';
import type { JsonValue } from '../../../policy/schema/json-value.ts';
import type { DefaultImage } from '../settings.ts';
import type { ImageParameters } from './image.ts';
import type { Json } from './json.ts';
import type { MergedParameters } from './merge-parameters.ts';

/** Places in the containers of a pod. */
export const paths = {
  sockets: '/run/sluice',
  bootstrap: '/etc/sluice/envoy',
  xds: '/etc/sluice/xds',
} as const;

export const volumeNames = { sockets: 'sockets', bootstrap: 'bootstrap', xds: 'xds-certificates' } as const;

/** Of nobody in particular, as images without users have it. */
export const userId = 65_532;

const strictContainer: Json = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

interface ContainerParameters {
  readonly env?: readonly KubernetesObject[];
  readonly resources?: KubernetesObject;
  readonly securityContext?: KubernetesObject;
}

export function variable(name: string, value: string): Json {
  return { name, value };
}

export const podName: Json = { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };

/** Ours first: what people write wins, and `$(POD_NAME)` works in it. */
export function environment(own: readonly Json[], given: ContainerParameters | undefined): readonly Json[] {
  const names = new Set((given?.env ?? []).map(({ name }) => name));
  return [...own.filter(({ name }) => name !== undefined && !names.has(name)), ...(given?.env ?? [])];
}

export function resources(given: ContainerParameters | undefined, standard: { readonly [name: string]: Json }): Json {
  const { requests, limits, ...rest } = given?.resources ?? {};
  return {
    ...rest,
    requests: { ...standard.requests, ...(requests as Json | undefined) },
    limits: { ...standard.limits, ...(limits as Json | undefined) },
  };
}

export function securityContext(given: ContainerParameters | undefined): Json {
  return { ...strictContainer, ...given?.securityContext };
}

export function pullPolicy(given: ImageParameters | undefined, standard: DefaultImage): JsonValue {
  return given?.pullPolicy ?? standard.pullPolicy ?? 'IfNotPresent';
}

export function logLevel(parameters: MergedParameters, container: 'envoy' | 'processor'): string {
  return parameters[container]?.logLevel ?? parameters.log?.level ?? 'info';
}

export function httpGet(path: string, port: number): Json {
  return { httpGet: { path, port } };
}
