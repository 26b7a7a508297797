import { combinedVersion } from '../../../lib/hash.ts';
import { commonLabels, objectName, type ProvisionedGateway, selectorLabels } from '../gateway.ts';
import type { ProvisionSettings } from '../settings.ts';
import { userId, volumeNames } from './containers.ts';
import { envoyContainer } from './envoy-container.ts';
import type { Json } from './json.ts';
import type { MergedParameters } from './merge-parameters.ts';
import type { ListenerPort } from './ports.ts';
import { processorContainers } from './processor-container.ts';
import { shutdownSeconds } from './shutdown.ts';

/** Pods take up a change of what stands here by starting anew; policy never comes this way. */
const checksumAnnotation = 'sluice.dev/bootstrap';

export interface PodParts {
  readonly gateway: ProvisionedGateway;
  readonly parameters: MergedParameters;
  readonly settings: ProvisionSettings;
  readonly ports: readonly ListenerPort[];
  /** Content of the ConfigMap. */
  readonly files: { readonly [name: string]: string };
}

export function podTemplate({ gateway, parameters, settings, files }: PodParts): Json {
  const { pod, images, serviceAccount } = parameters;
  const pullSecrets = images?.pullSecrets ?? settings.pullSecrets;
  return {
    metadata: {
      labels: { ...pod?.labels, ...commonLabels(gateway) },
      annotations: {
        ...gateway.spec.infrastructure.annotations,
        ...pod?.annotations,
        [checksumAnnotation]: combinedVersion(Object.entries(files).flat()),
      },
    },
    spec: {
      serviceAccountName: serviceAccount?.name ?? objectName(gateway),
      automountServiceAccountToken: serviceAccount?.mountToken ?? false,
      terminationGracePeriodSeconds: shutdownSeconds(parameters).grace,
      // Variables for every Service of the namespace: nobody reads them, and thousands make a process start slowly.
      enableServiceLinks: false,
      ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
      ...(pod?.nodeSelector && { nodeSelector: pod.nodeSelector }),
      ...(pod?.tolerations && { tolerations: pod.tolerations }),
      ...(pod?.priorityClassName && { priorityClassName: pod.priorityClassName }),
      ...(pod?.runtimeClassName && { runtimeClassName: pod.runtimeClassName }),
      affinity: pod?.affinity ?? apart(gateway),
      topologySpreadConstraints: pod?.topologySpread ?? spread(gateway),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: userId,
        runAsGroup: userId,
        fsGroup: userId,
        seccompProfile: { type: 'RuntimeDefault' },
        ...pod?.securityContext,
      },
      containers: [envoyContainer(parameters, settings), ...processorContainers(gateway, parameters, settings)],
      volumes: volumes(gateway, settings),
    },
  };
}

function volumes(gateway: ProvisionedGateway, { xds }: ProvisionSettings): readonly Json[] {
  return [
    { name: volumeNames.sockets, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: volumeNames.bootstrap, configMap: { name: objectName(gateway) } },
    ...(xds.tls
      ? [
          {
            name: volumeNames.xds,
            secret: { secretName: xds.tls.secretName ?? certificateSecretName(gateway), defaultMode: 0o440 },
          },
        ]
      : []),
  ];
}

export function certificateSecretName(gateway: ProvisionedGateway): string {
  return `${objectName(gateway)}-xds`;
}

function apart(gateway: ProvisionedGateway): Json {
  const podAffinityTerm = {
    labelSelector: { matchLabels: selectorLabels(gateway) },
    topologyKey: 'kubernetes.io/hostname',
  };
  return {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] },
  };
}

function spread(gateway: ProvisionedGateway): readonly Json[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(gateway) },
  }));
}
