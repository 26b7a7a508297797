import { getOrCreate } from '../../../lib/get-or-create.ts';
import { sortedBy } from '../../../lib/sort.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { noServices, type ServiceBackend, type ServiceRoute, type Services } from '../../service.ts';
import type { Attachment } from '../attachment.ts';
import { backendDocuments } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import { ofKind } from '../of-kind.ts';
import { olderFirst } from '../older-first.ts';
import { buildHttpRoute } from './http-route.ts';
import type { RulePoliciesOf } from './rule-policies.ts';

export interface BuiltGatewayApi {
  /** By the gateway's name in the model. */
  readonly services: ReadonlyMap<string, Services>;
  readonly attachments: readonly Attachment[];
}

interface OnGateway {
  /** Those of older documents first, and of one document in the order in which they are written. */
  readonly routes: ServiceRoute[];
  readonly backends: Map<string, ServiceBackend>;
}

/** Ordinary services beside models: what the HTTPRoutes mean on each Gateway. */
export function buildGatewayApi(
  documents: readonly PolicyDocument[],
  policiesOf: RulePoliciesOf,
  context: BuildContext,
): BuiltGatewayApi {
  const gateways = ofKind(documents, 'Gateway');
  const known = backendDocuments(documents);
  const attachments: Attachment[] = [];
  const onGateway = new Map<string, OnGateway>();
  for (const document of olderFirst(ofKind(documents, 'HTTPRoute'))) {
    const built = buildHttpRoute(document, gateways, known, policiesOf, context);
    attachments.push(...built.attachments);
    for (const { gateway, routes } of built.parts) {
      const there = getOrCreate(onGateway, gateway, (): OnGateway => ({ routes: [], backends: new Map() }));
      there.routes.push(...routes);
      for (const backend of built.backends) {
        const earlier = there.backends.get(backend.cluster);
        there.backends.set(backend.cluster, earlier === undefined ? backend : withOrigins(earlier, backend.origins));
      }
    }
  }
  const services = [...onGateway].map(([gateway, { routes, backends }]): [string, Services] => [
    gateway,
    { routes, backends: sortedBy(backends.values(), ({ cluster }) => cluster) },
  ]);
  return { services: new Map(services), attachments };
}

export function servicesOf({ services }: BuiltGatewayApi, gateway: string): Services {
  return services.get(gateway) ?? noServices;
}

/** Several routes may name one backend, and each is told when something is wrong with it. */
function withOrigins(backend: ServiceBackend, origins: readonly string[]): ServiceBackend {
  const more = origins.filter((origin) => !backend.origins.includes(origin));
  return more.length === 0 ? backend : { ...backend, origins: [...backend.origins, ...more].sort() };
}
