import { healthPaths } from '../../../envoy/bootstrap.ts';
import type { ProvisionSettings } from '../settings.ts';
import {
  environment,
  httpGet,
  logLevel,
  paths,
  podName,
  pullPolicy,
  resources,
  securityContext,
  volumeNames,
} from './containers.ts';
import { envoyLogArguments } from './envoy-log.ts';
import { imageName } from './image.ts';
import type { Json } from './json.ts';
import type { MergedParameters } from './merge-parameters.ts';
import { podPorts } from './ports.ts';
import { kubernetesQuantity } from './quantity.ts';
import { shutdownSeconds } from './shutdown.ts';

const envoyResources = {
  requests: { cpu: '500m', memory: '256Mi' },
  limits: { memory: '1Gi' },
} as const;

export function envoyContainer(parameters: MergedParameters, settings: ProvisionSettings): Json {
  const { envoy, images } = parameters;
  const own = resources(envoy, envoyResources);
  const args = [
    ...['-c', `${paths.bootstrap}/bootstrap.json`, '--service-node', '$(POD_NAME)'],
    ...['--concurrency', String(concurrency(parameters, own))],
    ...envoyLogArguments(logLevel(parameters, 'envoy'), parameters.log?.format !== 'text'),
    // How long a listener that has been replaced goes on serving its streams; the end of the pod is told otherwise.
    ...['--drain-time-s', String(shutdownSeconds(parameters).max), '--drain-strategy', 'immediate'],
    '--disable-hot-restart',
  ];
  return {
    name: 'envoy',
    image: imageName(images?.envoy, settings.images.envoy),
    imagePullPolicy: pullPolicy(images?.envoy, settings.images.envoy),
    command: ['envoy'],
    args,
    env: environment([podName], envoy),
    // Those of listeners would say nothing that the Service does not, and start every pod anew for one more listener.
    ports: [{ name: 'envoy-health', containerPort: podPorts.envoyHealth, protocol: 'TCP' }],
    resources: own,
    securityContext: securityContext(envoy),
    // Before its first configuration Envoy opens no port. A controller that is away must not make it start over and over.
    startupProbe: { ...httpGet(healthPaths.live, podPorts.envoyHealth), periodSeconds: 1, failureThreshold: 1800 },
    livenessProbe: {
      ...httpGet(healthPaths.live, podPorts.envoyHealth),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
      // Whoever does not answer for a minute has no streams worth waiting for.
      terminationGracePeriodSeconds: 10,
    },
    readinessProbe: {
      ...httpGet(healthPaths.ready, podPorts.envoyHealth),
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 2,
    },
    // Answered by the processor when it has emptied this Envoy; only then comes the signal that ends it.
    lifecycle: { preStop: httpGet('/drained', podPorts.processorAdmin) },
    volumeMounts: [
      { name: volumeNames.bootstrap, mountPath: paths.bootstrap, readOnly: true },
      { name: volumeNames.sockets, mountPath: paths.sockets, readOnly: true },
      ...(settings.xds.tls ? [{ name: volumeNames.xds, mountPath: paths.xds, readOnly: true }] : []),
    ],
  };
}

function concurrency({ envoy }: MergedParameters, own: Json): number {
  if (envoy?.concurrency !== undefined) return envoy.concurrency;
  const cpu = kubernetesQuantity((own.limits as Json | undefined)?.cpu);
  return cpu === undefined ? 2 : Math.max(1, Math.ceil(cpu));
}

/** So much of the memory is for the heap; the rest is code, stacks, and what the allocator keeps. */
const heapShare = 0.8;

export function heapBytes({ envoy }: MergedParameters): number | undefined {
  if (envoy?.maxHeap !== undefined) return envoy.maxHeap;
  const memory = kubernetesQuantity((resources(envoy, envoyResources).limits as Json | undefined)?.memory);
  return memory === undefined ? undefined : Math.floor(memory * heapShare);
}
