import { err, ok, type Result } from '../../../lib/result.ts';
import type { GatewayDocument, GatewayParametersDocument, PolicyDocument } from '../../../policy/document.ts';
import { ofKind } from '../of-kind.ts';

/** What is said of a Gateway as a whole beside its listeners: by its class, and by itself. */
export interface GatewayParameters {
  readonly ofClass?: GatewayParametersDocument;
  readonly ofGateway?: GatewayParametersDocument;
}

/** The parameters of a Gateway, or why they cannot be known. */
export type ParametersOf = (gateway: GatewayDocument) => Result<GatewayParameters>;

export function parametersIn(documents: readonly PolicyDocument[]): ParametersOf {
  const all = ofKind(documents, 'GatewayParameters');
  const classes = new Map(ofKind(documents, 'GatewayClass').map((each) => [each.name, each]));
  return ({ namespace, spec }) => {
    const classRef = read(classes.get(spec.gatewayClassName ?? '')?.spec.parametersRef);
    const ofClass = classRef && find(classRef, classRef.namespace, 'of the GatewayClass', all);
    if (ofClass?.ok === false) return ofClass;
    const ownRef = read(spec.infrastructure.parametersRef);
    const ofGateway = ownRef && find(ownRef, namespace, 'of the Gateway', all);
    if (ofGateway?.ok === false) return ofGateway;
    return ok({ ...(ofClass && { ofClass: ofClass.value }), ...(ofGateway && { ofGateway: ofGateway.value }) });
  };
}

/**
 * Those of Envoy Gateway stand in manifests that were written for it. Nothing of an EnvoyProxy has a meaning here, so a
 * Gateway that names one has no parameters.
 */
export function isEnvoyProxy({ group, kind }: Pick<ParametersRef, 'group' | 'kind'>): boolean {
  return group === 'gateway.envoyproxy.io' && kind === 'EnvoyProxy';
}

function read<R extends ParametersRef>(ref: R | undefined): R | undefined {
  return ref === undefined || isEnvoyProxy(ref) ? undefined : ref;
}

export interface ParametersRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

function find(
  ref: ParametersRef,
  namespace: string | undefined,
  whose: string,
  all: readonly GatewayParametersDocument[],
): Result<GatewayParametersDocument> {
  const found = all.find((document) => document.namespace === namespace && document.name === ref.name);
  return referenced(ref, namespace, whose, found);
}

/** What was found where the reference leads, or why that cannot be it. */
export function referenced<T>(
  ref: ParametersRef,
  namespace: string | undefined,
  whose: string,
  found: T | undefined,
): Result<T> {
  if (ref.group !== 'sluice.dev' || ref.kind !== 'GatewayParameters') {
    return err(`parametersRef ${whose} names ${ref.kind} of ${ref.group}; write GatewayParameters of sluice.dev.`);
  }
  if (namespace === undefined) return err(`parametersRef ${whose} has no namespace; add the one of ${ref.name}.`);
  if (found !== undefined) return ok(found);
  return err(`parametersRef ${whose} names GatewayParameters ${namespace}/${ref.name}, which is not there.`);
}
