import { sha256Hex } from '../../lib/hash.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { GatewaySpec } from '../../policy/gateway-api/gateway.ts';

/** A Gateway of our class, as far as it matters for what is made for it. */
export interface ProvisionedGateway {
  readonly namespace: string;
  readonly name: string;
  /** Owner of all that is made, so that it goes with the Gateway. */
  readonly uid: string;
  readonly spec: Pick<GatewaySpec, 'listeners' | 'infrastructure' | 'addresses'>;
}

/** Most names of Gateways are names of Services, too; the others are shortened and told apart by a hash. */
export function objectName({ name }: Pick<ProvisionedGateway, 'name'>): string {
  if (/^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/.test(name)) return name;
  const plain = name.replace(/[^-a-z0-9]+/g, '-').replace(/^[^a-z]+/, '');
  return `${`gw-${plain}`.slice(0, 40).replace(/-+$/, '')}-${sha256Hex(name).slice(0, 8)}`;
}

/** Name of the gateway as its pods say it to the control plane. */
export function groupOf({ namespace, name }: Pick<ProvisionedGateway, 'namespace' | 'name'>): string {
  return qualifiedName(namespace, name);
}

export const gatewayNameLabel = 'gateway.networking.k8s.io/gateway-name';
export const managedByLabel = 'app.kubernetes.io/managed-by';
export const managedBy = 'sluice';
/** Names of controllers have a slash, which labels may not. */
export const controllerAnnotation = 'sluice.dev/controller-name';

/** What pods are found by; it never changes, because a Deployment's selector cannot. */
export function selectorLabels(gateway: ProvisionedGateway): { readonly [name: string]: string } {
  return { 'app.kubernetes.io/name': 'egress', [gatewayNameLabel]: objectName(gateway) };
}

export function commonLabels(gateway: ProvisionedGateway): { readonly [name: string]: string } {
  return {
    ...gateway.spec.infrastructure.labels,
    ...selectorLabels(gateway),
    'app.kubernetes.io/instance': objectName(gateway),
    'app.kubernetes.io/component': 'egress',
    'app.kubernetes.io/part-of': 'sluice',
    [managedByLabel]: managedBy,
  };
}
