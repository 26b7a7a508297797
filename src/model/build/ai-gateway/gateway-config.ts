import { gatewayConfigAnnotation } from '../../../policy/ai-gateway/gateway-config.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayConfigDocument, Named } from '../documents.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';
import { type CostSpec, checkCosts } from './cost.ts';

/** Costs that a Gateway's GatewayConfig has for all of its routes. */
export function gatewayCosts(
  gateway: GatewayLike | undefined,
  configs: Named<GatewayConfigDocument>,
): readonly CostSpec[] {
  return (gateway && configOf(gateway, configs)?.spec.globalLLMRequestCosts) ?? [];
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
