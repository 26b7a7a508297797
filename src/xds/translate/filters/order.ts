import type { MessageInitShape } from '@bufbuild/protobuf';
import { RouterSchema } from '../../../gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import type { HttpFilterSchema } from '../../../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { GatewayModel } from '../../../model/gateway.ts';
import type { Provider } from '../../../model/provider.ts';
import type { AwsKey } from '../../../model/secret.ts';
import { asTypedConfig, type Extension, extension } from '../extension.ts';
import { afterOwnFilters, ownFilters } from '../own-filters/chain.ts';
import { demandMetFilters, isGuarded, noteMetFilters } from '../own-filters/met-filters.ts';
import { signRequests } from './aws-signing.ts';
import { corsFilter } from './cors.ts';
import { failedAnswers } from './failed-answers.ts';
import { healthFilter } from './health.ts';
import { onLaterAttempts, onWatchedStreams } from './later-attempts.ts';
import { routerProcessor, upstreamProcessor, watchProcessor } from './processor-filter.ts';
import { injectCredential, providerHeaders, upstreamCodec } from './upstream-filters.ts';

type HttpFilterInit = MessageInitShape<typeof HttpFilterSchema>;

interface DownstreamRow {
  readonly reason: string;
  readonly filters: (gateway: GatewayModel) => readonly HttpFilterInit[];
}

/** The filters of a listener, in the order in which a request meets them. */
const downstreamOrder: readonly DownstreamRow[] = [
  {
    reason: 'First: load balancers carry no key, and must get an answer when the processor is gone.',
    filters: () => [asTypedConfig(healthFilter)],
  },
  {
    reason: 'Before the processor: a preflight carries no key and must not be refused for it.',
    // Hosts and routes switch it on by the policy that they have for it.
    filters: () => [{ ...asTypedConfig(corsFilter), disabled: true }],
  },
  {
    reason: 'Before the filters of the policy, of which some may change what route answers.',
    filters: (gateway) => (isGuarded(gateway) ? [asTypedConfig(noteMetFilters)] : []),
  },
  {
    reason: 'Before scripts and services of the policy: who may not come in costs them no work.',
    filters: (gateway) => ownFilters(gateway, ['keys', 'tokens']),
  },
  {
    reason:
      'Before the processor: a firewall has to see what the caller has sent, and what it changes is what is counted. First those that are for the whole Gateway.',
    filters: (gateway) => ownFilters(gateway, ['listed', 'lua', 'processor', 'wasm']),
  },
  {
    reason: 'Behind the filters of the policy and before the processor, which believes these headers.',
    filters: (gateway) => {
      const filter = afterOwnFilters(gateway);
      return filter === undefined ? [] : [asTypedConfig(filter)];
    },
  },
  {
    reason: 'Behind the filters of the policy: none of them may lead past those of the route that answers.',
    filters: (gateway) => (isGuarded(gateway) ? [asTypedConfig(demandMetFilters)] : []),
  },
  {
    reason: 'Decides about the request, and chooses the route that the router then takes.',
    filters: (gateway) => [{ ...asTypedConfig(routerProcessor(gateway)), disabled: true }],
  },
  {
    reason: 'Ends the chain.',
    filters: () => [
      asTypedConfig(
        extension('envoy.filters.http.router', RouterSchema, {
          // Callers and providers have no use for Envoy's own headers.
          suppressEnvoyHeaders: true,
        }),
      ),
    ],
  },
];

/** What decides which filters the cluster of a provider has. */
export interface ProviderNeeds {
  readonly provider: Provider;
  readonly signingKey: AwsKey | undefined;
  /** A policy of the gateway has responses judged. A filter costs something even where it is passed over. */
  readonly isWatched: boolean;
  /** Chains of the gateway go on after a failure, or how each attempt went is recorded. */
  readonly isFollowed: boolean;
}

interface UpstreamRow {
  readonly reason: string;
  /** Undefined: this filter has nothing to do for the provider, so it is not there. */
  readonly filter: (needs: ProviderNeeds) => Extension | undefined;
}

/** The filters of a provider's cluster, which run on every attempt that goes to it. */
const upstreamOrder: readonly UpstreamRow[] = [
  {
    reason: 'Before the stripping, so that whatever it sets passes through it as well.',
    filter: () => onLaterAttempts(upstreamProcessor()),
  },
  {
    reason:
      'Behind the processor filter, which says of later attempts that they are watched; before that is taken off.',
    filter: ({ isWatched }) => (isWatched ? onWatchedStreams(watchProcessor()) : undefined),
  },
  {
    reason:
      'Behind the processor: what nobody has taken off by now would reach the provider. Behind all that needs our own headers, since it takes them off.',
    filter: ({ provider }) => providerHeaders(provider),
  },
  {
    reason:
      "Behind the stripping, which takes off every credential, this one of an earlier attempt included; and behind the key's own, which wins.",
    filter: ({ provider: { credential } }) =>
      credential === undefined || !('header' in credential) ? undefined : injectCredential(credential),
  },
  {
    reason: 'Behind everything that changes a request: it is signed as it leaves.',
    filter: ({ provider, signingKey }) => signRequests(provider, signingKey),
  },
  {
    reason: 'Next to the provider: it notes what that has said, and not what a filter has made of it.',
    filter: ({ isFollowed }) => (isFollowed ? failedAnswers : undefined),
  },
  { reason: 'Ends the chain.', filter: () => upstreamCodec },
];

export function downstreamFilters(gateway: GatewayModel): HttpFilterInit[] {
  return downstreamOrder.flatMap(({ filters }) => filters(gateway));
}

export function upstreamFilters(needs: ProviderNeeds): Extension[] {
  return upstreamOrder.map(({ filter }) => filter(needs)).filter((filter) => filter !== undefined);
}
