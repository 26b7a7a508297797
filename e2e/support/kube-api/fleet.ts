import type { KubeClient } from '../../../src/kube/client.ts';
import { isConflict } from '../../../src/kube/error.ts';
import type { Place } from '../../../src/kube/object.ts';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { isKind, kinds } from '../../../src/policy/kinds.ts';
import type { KubeApiServer } from './api-server.ts';
import { serveEveryKind } from './served-kinds.ts';

/*
 * A cluster as a platform team may have it: thousands of AIGatewayRoutes over a few dozen backends. Backend 0 is the
 * fallback of every route.
 */

export interface FleetSize {
  readonly routes: number;
  readonly backends: number;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

const fleetGateway = 'test';
export const fleetKey = 'sk-sluice-fleet-key-0123456789';
const gatewayGroup = 'gateway.networking.k8s.io';
const aiGroup = 'aigateway.envoyproxy.io';
const namespace = 'default';

export const modelName = (index: number): string => `model-${padded(index)}`;
export const routeName = (index: number): string => `route-${padded(index)}`;
export const backendName = (index: number): string => `backend-${padded(index)}`;

/** Definitions of all kinds, and the namespace of the controller. */
export async function prepareFleetServer(server: KubeApiServer): Promise<void> {
  await serveEveryKind(server);
  await server.apply('apiVersion: v1\nkind: Namespace\nmetadata: { name: sluice-system }\n');
}

/** What all routes share: the Gateway on `port`, a caller's key. */
function fleetFrame(port: number): readonly Manifest[] {
  return [
    {
      apiVersion: `${gatewayGroup}/v1`,
      kind: 'GatewayClass',
      metadata: { name: 'sluice-egress' },
      spec: { controllerName: 'sluice.dev/gateway-controller' },
    },
    {
      apiVersion: `${gatewayGroup}/v1`,
      kind: 'Gateway',
      metadata: { name: fleetGateway, namespace },
      spec: { gatewayClassName: 'sluice-egress', listeners: [{ name: 'http', port, protocol: 'HTTP' }] },
    },
    {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'ApiKey',
      metadata: { name: 'caller', namespace },
      spec: { hash: `sha256:${sha256Hex(fleetKey)}` },
    },
  ];
}

/** One backend with everything that belongs to it. */
function fleetBackend(index: number, port: number): readonly Manifest[] {
  const name = backendName(index);
  const metadata = { name, namespace };
  return [
    fleetSecret(index, 'first'),
    {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'Backend',
      metadata,
      spec: { endpoints: [{ ip: { address: '127.0.0.1', port } }] },
    },
    {
      apiVersion: `${aiGroup}/v1beta1`,
      kind: 'AIServiceBackend',
      metadata,
      spec: {
        schema: { name: 'OpenAI', prefix: '/v1' },
        backendRef: { group: 'gateway.envoyproxy.io', kind: 'Backend', name },
      },
    },
    {
      apiVersion: `${aiGroup}/v1beta1`,
      kind: 'BackendSecurityPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: aiGroup, kind: 'AIServiceBackend', name }],
        type: 'APIKey',
        apiKey: { secretRef: { name } },
      },
    },
  ];
}

export function fleetSecret(index: number, credential: string): Manifest {
  const metadata = { name: backendName(index), namespace };
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { apiKey: credential } };
}

/** Asks `backend` first, then backend 0. */
export function fleetRoute(index: number, backend: number): Manifest {
  const fallback = backend === 0 ? [] : [{ name: backendName(0), priority: 1 }];
  const model = { type: 'Exact', name: 'x-ai-eg-model', value: modelName(index) };
  return {
    apiVersion: `${aiGroup}/v1beta1`,
    kind: 'AIGatewayRoute',
    metadata: { name: routeName(index), namespace },
    spec: {
      parentRefs: [{ group: gatewayGroup, kind: 'Gateway', name: fleetGateway }],
      rules: [{ matches: [{ headers: [model] }], backendRefs: [{ name: backendName(backend) }, ...fallback] }],
    },
  };
}

export function fleetOf({ routes, backends }: FleetSize, port: number, upstreamPort: number): readonly Manifest[] {
  return [
    ...fleetFrame(port),
    ...numbers(backends).flatMap((index) => fleetBackend(index, upstreamPort)),
    ...numbers(routes).map((index) => fleetRoute(index, index % backends)),
  ];
}

/** 16 at a time. What is there already is applied over; creating costs the API server half as much. */
export async function writeAll(client: KubeClient, manifests: readonly Manifest[]): Promise<void> {
  const waiting = manifests.toReversed();
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const created = await client.create(placeOf(next), next);
      const answer =
        created.ok || !isConflict(created.error)
          ? created
          : await client.apply({ ...placeOf(next), name: next.metadata.name }, next);
      if (!answer.ok) throw new Error(`${next.kind}/${next.metadata.name}: ${answer.error.message}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

export function placeOf({ kind, metadata }: Manifest): Place {
  if (!isKind(kind)) throw new Error(`${kind} is not a kind`);
  const { group, versions, plural } = kinds[kind];
  const place = { group, version: versions[0], plural };
  return metadata.namespace === undefined ? place : { ...place, namespace: metadata.namespace };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function padded(index: number): string {
  return String(index).padStart(4, '0');
}
