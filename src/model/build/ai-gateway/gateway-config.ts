import { gatewayConfigAnnotation } from '../../../policy/ai-gateway/gateway-config.ts';
import { type Decision, decided, type PolicyLevel, type Said } from '../../decision.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayConfigDocument, Named } from '../documents.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import { type CostSpec, checkCosts } from './cost.ts';

/** Costs of routes, and the document that says them. */
export interface WrittenCosts {
  readonly origin: string;
  readonly costs: readonly CostSpec[];
}

/** Those that a Gateway's GatewayConfig has for all of its routes. */
export function gatewayCosts(
  gateway: GatewayLike | undefined,
  configs: Named<GatewayConfigDocument>,
): WrittenCosts | undefined {
  const config = gateway && configOf(gateway, configs);
  return config && { origin: config.id, costs: config.spec.globalLLMRequestCosts };
}

/** Which of the costs of the same key counts. */
export function costDecisions(gateway: WrittenCosts | undefined, route: WrittenCosts): readonly Decision[] {
  const said = (written: WrittenCosts | undefined, level: PolicyLevel, path: string, key: string): readonly Said[] => {
    // The last one of a key counts.
    const cost = written?.costs.findLast(({ metadataKey }) => metadataKey === key);
    return cost === undefined || written === undefined
      ? []
      : [{ origin: written.origin, level, path, value: cost.cel ?? cost.type }];
  };
  const keys = new Set([...route.costs, ...(gateway?.costs ?? [])].map(({ metadataKey }) => metadataKey));
  return [...keys]
    .sort()
    .flatMap((key) =>
      decided(
        'cost',
        [...said(route, 'route', 'llmRequestCosts', key), ...said(gateway, 'gateway', 'globalLLMRequestCosts', key)],
        key,
      ),
    );
}

export function checkGatewayConfigs(
  gateways: readonly GatewayLike[],
  configs: Named<GatewayConfigDocument>,
  context: BuildContext,
): void {
  for (const gateway of gateways) {
    const name = gateway.annotations[gatewayConfigAnnotation];
    if (name === undefined || configOf(gateway, configs) !== undefined) continue;
    const path = `metadata.annotations.${gatewayConfigAnnotation}`;
    context.warn(
      gateway,
      path,
      `GatewayConfig "${name}" does not exist or is refused`,
      'add or mend it, or remove the annotation',
    );
  }
  for (const config of configs.all) {
    checkCosts(config, 'spec.globalLLMRequestCosts', config.spec.globalLLMRequestCosts, context);
    if (config.spec.forwardProxy === undefined) continue;
    const message = 'is not served yet: providers are reached directly';
    context.reject(config, 'spec.forwardProxy', message, 'remove it', 'UnsupportedValue');
  }
}

function configOf(gateway: GatewayLike, configs: Named<GatewayConfigDocument>): GatewayConfigDocument | undefined {
  const name = gateway.annotations[gatewayConfigAnnotation];
  return name === undefined ? undefined : configs.get(gateway.namespace, name);
}
