import type { GatewayModel } from '../../model/gateway.ts';
import type { Resource } from '../snapshot/resource.ts';
import { closedCluster } from './cluster/closed-cluster.ts';
import { providerCluster } from './cluster/provider-cluster.ts';
import { serviceCluster } from './cluster/service-cluster.ts';
import { followsFailures } from './following.ts';
import { listenerResource } from './listener/listener.ts';
import type { TranslateOptions } from './options.ts';
import { ownFilterResources } from './own-filters/resource.ts';
import { portsOf } from './ports.ts';
import { routeConfiguration } from './routes/routes.ts';
import { secretResources } from './secrets.ts';
import { watchesResponses } from './watching.ts';

export type { TranslateOptions } from './options.ts';

/**
 * What Envoy must know of a gateway: its ports, how to reach each provider, which failures lead to a further attempt.
 * Nothing of keys and models, so Envoy's memory does not grow with them. The same model gives the same bytes.
 */
export function translate(gateway: GatewayModel, options: TranslateOptions): Resource[] {
  const ports = portsOf(gateway);
  const signingKeys = new Map(
    gateway.secrets.flatMap((secret) => (secret.kind === 'awsKey' ? [[secret.name, secret] as const] : [])),
  );
  const isWatched = watchesResponses(gateway);
  const isFollowed = followsFailures(gateway);
  return [
    closedCluster,
    ...gateway.providers.map((provider) => {
      const signingKey = signingKeys.get(provider.credential?.secret ?? '');
      return providerCluster({ provider, signingKey, isWatched, isFollowed }, options);
    }),
    ...gateway.services.backends.map((backend) => serviceCluster(backend, options)),
    ...secretResources(gateway),
    ...ownFilterResources(gateway),
    ...ports.map((port) => listenerResource(port, gateway)),
    ...ports.map((port) => routeConfiguration(port, gateway)),
  ];
}
