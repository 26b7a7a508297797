import { everyAddress, hostPort } from '../../../lib/address-families.ts';
import { groupOf, type ProvisionedGateway } from '../gateway.ts';
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
  variable,
  volumeNames,
} from './containers.ts';
import { imageName } from './image.ts';
import type { Json } from './json.ts';
import type { MergedParameters } from './merge-parameters.ts';
import { podPorts, processorAdminPort } from './ports.ts';
import { processorGraceSeconds, shutdownSeconds } from './shutdown.ts';

const processorResources = { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '1Gi' } } as const;

export function socketPath(index: number): string {
  return `${paths.sockets}/${index}.sock`;
}

/** One container for each process: each has its own probes, its own limits, and starts again by itself. */
export function processorContainers(
  gateway: ProvisionedGateway,
  parameters: MergedParameters,
  settings: ProvisionSettings,
): readonly Json[] {
  const workers = parameters.processor?.workers ?? 1;
  return Array.from({ length: workers }, (_, index) => container(index, workers, gateway, parameters, settings));
}

function container(
  index: number,
  workers: number,
  gateway: ProvisionedGateway,
  parameters: MergedParameters,
  settings: ProvisionSettings,
): Json {
  const { processor, images } = parameters;
  const port = processorAdminPort(index);
  const { xds, families } = settings;
  const shutdown = shutdownSeconds(parameters);
  const peers = Array.from({ length: workers }, (_, other) => `${other}=unix:${socketPath(other)}`);
  const args = [
    ...['--listen', `unix:${socketPath(index)}`, '--index', String(index)],
    ...(workers === 1 ? [] : peers.flatMap((peer) => ['--peer', peer])),
    ...['--gateway', groupOf(gateway), '--node-id', `$(POD_NAME)-processor-${index}`],
    ...['--xds', hostPort(xds.host, xds.port)],
    ...(xds.tls ? ['--xds-ca', `${paths.xds}/ca.crt`] : []),
    ...(xds.tls ? ['--xds-cert', `${paths.xds}/tls.crt`, '--xds-key', `${paths.xds}/tls.key`] : []),
    ...['--admin', hostPort(everyAddress(families), port), '--envoy-admin', String(podPorts.envoyAdmin)],
    ...['--drain-min', String(shutdown.min), '--drain-max', String(shutdown.max)],
    ...['--grace', String(processorGraceSeconds)],
  ];
  const log = [
    variable('SLUICE_LOG_LEVEL', logLevel(parameters, 'processor')),
    variable('SLUICE_LOG_FORMAT', parameters.log?.format ?? 'json'),
  ];
  return {
    name: index === 0 ? 'processor' : `processor-${index}`,
    image: imageName(images?.processor, settings.images.processor),
    imagePullPolicy: pullPolicy(images?.processor, settings.images.processor),
    args,
    env: environment([podName, ...log], processor),
    ports: [{ name: index === 0 ? 'processor' : `processor-${index}`, containerPort: port, protocol: 'TCP' }],
    resources: resources(processor, processorResources),
    securityContext: securityContext(processor),
    startupProbe: { ...httpGet('/healthz', port), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: {
      ...httpGet('/healthz', port),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
      terminationGracePeriodSeconds: 10,
    },
    readinessProbe: { ...httpGet('/readyz', port), periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 2 },
    volumeMounts: [
      { name: volumeNames.sockets, mountPath: paths.sockets },
      ...(xds.tls ? [{ name: volumeNames.xds, mountPath: paths.xds, readOnly: true }] : []),
    ],
  };
}
