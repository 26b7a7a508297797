import { err, ok, type Result } from '../../../lib/result.ts';
import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import { commonLabels, controllerAnnotation, objectName, type ProvisionedGateway } from '../gateway.ts';
import { type ProvisionedKind, provisionedKinds } from '../provisioned-kind.ts';
import type { ProvisionSettings } from '../settings.ts';
import { autoscaler, fewestPods } from './autoscaler.ts';
import { bootstrapFiles } from './bootstrap-files.ts';
import { deployment } from './deployment.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { isJsonMap, type Json } from './json.ts';
import { mergeParameters } from './merge-parameters.ts';
import { networkPolicy } from './network-policy.ts';
import { listenerPorts } from './ports.ts';
import { service } from './service.ts';
import { strategicMerge } from './strategic-merge.ts';

/** One object that is to be there, whole but for what the API server adds. */
export interface WantedObject {
  readonly kind: ProvisionedKind;
  readonly namespace: string;
  readonly name: string;
  readonly object: Json;
  /** Pods to start with, where their number is somebody else's from then on. */
  readonly firstReplicas?: number;
}

export interface RenderInput {
  readonly gateway: ProvisionedGateway;
  /** Of its class, and its own. */
  readonly classParameters?: GatewayParametersSpec;
  readonly gatewayParameters?: GatewayParametersSpec;
  readonly settings: ProvisionSettings;
}

/**
 * Everything that is made for a Gateway but the Secret with its certificate, which is not a function of this. No clock,
 * no cluster: the same input gives the same objects.
 */
export function render(input: RenderInput): Result<readonly WantedObject[]> {
  const { gateway, settings } = input;
  const parameters = mergeParameters(input.classParameters, input.gatewayParameters);
  const ports = listenerPorts(gateway, parameters.processor?.workers ?? 1);
  if (!ports.ok) return err(ports.error);
  const files = bootstrapFiles(gateway, parameters, settings);
  const parts = { gateway, parameters, settings, ports: ports.value, files };
  const bodies: readonly (readonly [ProvisionedKind, Json | undefined])[] = [
    ['ServiceAccount', parameters.serviceAccount?.name === undefined ? serviceAccount(parts) : undefined],
    ['ConfigMap', { data: files }],
    ['Deployment', deployment(parts)],
    ['Service', service(parts)],
    ['HorizontalPodAutoscaler', autoscaler(parts)],
    ['PodDisruptionBudget', disruptionBudget(parts)],
    ['NetworkPolicy', networkPolicy(parts)],
  ];
  const objects: WantedObject[] = [];
  for (const [kind, body] of bodies) {
    if (body === undefined) continue;
    const overlays = parameters.overlays.flatMap((overlay) => overlayOf(overlay, kind));
    const { metadata, ...rest } = overlays.reduce<Json>(strategicMerge, body);
    const lost = kind === 'Deployment' ? lostContainer(body, rest) : undefined;
    if (lost !== undefined) {
      return err(
        `overlays.deployment of its GatewayParameters leaves out the container "${lost}", without which pods serve nothing; patch it instead.`,
      );
    }
    const object = wanted(kind, parts, rest, metadata as Json | undefined);
    const isScaled = kind === 'Deployment' && (rest.spec as Json | undefined)?.replicas === undefined;
    objects.push(isScaled ? { ...object, firstReplicas: fewestPods(parameters) } : object);
  }
  return ok(objects);
}

/**
 * One of ours that overlays have removed. The API server takes such a Deployment as long as one container is left, and
 * its pods become ready in place of those that serve. What is no list of containers is for the API server to refuse.
 */
function lostContainer(before: Json, after: Json): string | undefined {
  const left = containerNames(after);
  return left && containerNames(before)?.find((name) => !left.includes(name));
}

function containerNames(deployment: Json): readonly string[] | undefined {
  const { containers } = ['spec', 'template', 'spec'].reduce<Json>((part, field) => {
    const inner = part[field];
    return isJsonMap(inner) ? inner : {};
  }, deployment);
  if (!Array.isArray(containers)) return undefined;
  return containers.map((container) => (isJsonMap(container) ? String(container.name) : ''));
}

export function wanted(
  kind: ProvisionedKind,
  { gateway, settings }: Pick<RenderInput, 'gateway' | 'settings'>,
  body: Json,
  metadata: Json = {},
  name = objectName(gateway),
): WantedObject {
  const { infrastructure } = gateway.spec;
  const annotations = {
    ...infrastructure.annotations,
    ...(metadata.annotations as Json | undefined),
    [controllerAnnotation]: settings.controllerName,
  };
  const object: Json = {
    apiVersion: provisionedKinds[kind].apiVersion,
    kind,
    metadata: {
      name,
      namespace: gateway.namespace,
      labels: { ...(metadata.labels as Json | undefined), ...commonLabels(gateway) },
      annotations,
      ownerReferences: [
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'Gateway',
          name: gateway.name,
          uid: gateway.uid,
          controller: true,
          blockOwnerDeletion: false,
        },
      ],
    },
    ...body,
  };
  return { kind, namespace: gateway.namespace, name, object };
}

type Overlays = NonNullable<GatewayParametersSpec['overlays']>;

const overlayNames: { readonly [kind in ProvisionedKind]?: keyof Overlays } = {
  Deployment: 'deployment',
  Service: 'service',
  ServiceAccount: 'serviceAccount',
  PodDisruptionBudget: 'podDisruptionBudget',
  HorizontalPodAutoscaler: 'horizontalPodAutoscaler',
};

function overlayOf(overlays: Overlays, kind: ProvisionedKind): readonly Json[] {
  const name = overlayNames[kind];
  const overlay = name === undefined ? undefined : overlays[name];
  return overlay === undefined ? [] : [overlay as Json];
}

/** Pods have an identity of their own, which may do nothing, and not the namespace's default, which may do anything. */
function serviceAccount({ parameters }: { readonly parameters: ReturnType<typeof mergeParameters> }): Json {
  const annotations = parameters.serviceAccount?.annotations;
  return { automountServiceAccountToken: false, ...(annotations && { metadata: { annotations } }) };
}
