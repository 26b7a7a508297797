import type { KubeObject } from '../../kube/object.ts';
import { ok, type Result } from '../../lib/result.ts';
import { type GatewayParameters, parametersIn } from '../../model/build/gateway/gateway-parameters.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { GatewayParametersSpec } from '../../policy/gateway-parameters.ts';
import type { ProvisionedGateway } from './gateway.ts';

/** A Gateway of our class with everything that is said of its pods, or why that cannot be known. */
export interface WantedGateway {
  readonly gateway: ProvisionedGateway;
  readonly parameters: Result<ParameterSpecs>;
  /** Documents that they are written in. */
  readonly parameterIds: { readonly [owner in keyof ParameterSpecs]?: string };
}

export interface ParameterSpecs {
  readonly ofClass?: GatewayParametersSpec;
  readonly ofGateway?: GatewayParametersSpec;
}

export interface WantedGateways {
  readonly gateways: readonly WantedGateway[];
  /**
   * Uids of Gateways that belong to somebody else by now; what we made for them goes. Those that are merely not among
   * the wanted ones keep what they have: nobody's pods end because a text cannot be read for a while.
   */
  readonly released: ReadonlySet<string>;
  /** Where there are Gateways, anybody's. */
  readonly namespaces: ReadonlySet<string>;
}

export interface WantedInput {
  readonly controllerName: string;
  /** The last good version of each, with the listeners that are served. */
  readonly documents: Iterable<PolicyDocument>;
  /** Gateways and GatewayClasses as the API server has them. */
  readonly objects: Iterable<{ readonly kind: string; readonly object: KubeObject }>;
}

export function wantedGateways({ controllerName, documents, objects }: WantedInput): WantedGateways {
  const all = [...documents];
  const uids = new Map<string, string>();
  const classOf = new Map<string, string | undefined>();
  const controllers = new Map<string, unknown>();
  const namespaces = new Set<string>();
  for (const { kind, object } of objects) {
    const { name, namespace = '', uid } = object.metadata;
    const spec = object.spec as { gatewayClassName?: string; controllerName?: string } | undefined;
    if (kind === 'GatewayClass') controllers.set(name, spec?.controllerName);
    if (kind !== 'Gateway' || uid === undefined || object.metadata.deletionTimestamp !== undefined) continue;
    namespaces.add(namespace);
    uids.set(qualifiedName(namespace, name), uid);
    classOf.set(uid, spec?.gatewayClassName);
  }
  const isSomebodyElses = (className: string | undefined): boolean => {
    const controller = controllers.get(className ?? '');
    return controller !== undefined && controller !== controllerName;
  };
  const parametersOf = parametersIn(all);
  const gateways = all.flatMap((document): WantedGateway[] => {
    if (document.kind !== 'Gateway') return [];
    const ofClass = all.find(({ kind, name }) => kind === 'GatewayClass' && name === document.spec.gatewayClassName);
    if (ofClass?.kind !== 'GatewayClass' || ofClass.spec.controllerName !== controllerName) return [];
    const uid = uids.get(qualifiedName(document.namespace, document.name));
    if (uid === undefined || isSomebodyElses(classOf.get(uid))) return [];
    const { namespace, name, spec } = document;
    const parameters = parametersOf(document);
    return [
      {
        gateway: { namespace, name, uid, spec },
        parameters: specsOf(parameters),
        parameterIds: parameters.ok ? idsOf(parameters.value) : {},
      },
    ];
  });
  const released = [...classOf].flatMap(([uid, className]) => (isSomebodyElses(className) ? [uid] : []));
  return { gateways, released: new Set(released), namespaces };
}

function specsOf(parameters: Result<GatewayParameters>): Result<ParameterSpecs> {
  if (!parameters.ok) return parameters;
  const { ofClass, ofGateway } = parameters.value;
  return ok({ ...(ofClass && { ofClass: ofClass.spec }), ...(ofGateway && { ofGateway: ofGateway.spec }) });
}

function idsOf({ ofClass, ofGateway }: GatewayParameters): WantedGateway['parameterIds'] {
  return { ...(ofClass && { ofClass: ofClass.id }), ...(ofGateway && { ofGateway: ofGateway.id }) };
}
