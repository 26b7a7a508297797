import { watchedAs } from '../../contract.ts';
import { RouterSchema } from '../../gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import type { Provider } from '../../model/provider.ts';
import { corsFilter } from './cors.ts';
import { type Extension, extension } from './extension.ts';
import { healthFilter } from './health.ts';
import { onLaterAttempts, onWatchedStreams } from './later-attempts.ts';
import { routerProcessor, upstreamProcessor, watchProcessor } from './processor-filter.ts';
import { injectCredential, ownCredential, restoreExchange, stripHeaders, upstreamCodec } from './upstream-filters.ts';

interface Row<Input> {
  readonly reason: string;
  /** Undefined: this filter has nothing to do for the input, so it is not there. */
  readonly filter: (input: Input) => Extension | undefined;
}

/** The filters of a listener, in the order in which a request meets them. */
const downstreamOrder: readonly Row<undefined>[] = [
  {
    reason: 'First: load balancers carry no key, and must get an answer when the processor is gone.',
    filter: () => healthFilter,
  },
  {
    reason: 'Before the processor: a preflight carries no key and must not be refused for it.',
    filter: () => corsFilter,
  },
  {
    reason: 'Decides about the request, and chooses the route that the router then takes.',
    filter: () => routerProcessor(),
  },
  {
    reason: 'Ends the chain.',
    filter: () =>
      extension('envoy.filters.http.router', RouterSchema, {
        // Callers and providers have no use for Envoy's own headers.
        suppressEnvoyHeaders: true,
      }),
  },
];

/** The filters of a provider's cluster, which run on every attempt that goes to it. */
const upstreamOrder: readonly Row<Provider>[] = [
  {
    reason: 'Before the processor, which finds the state of the request by this header.',
    filter: () => onLaterAttempts(restoreExchange, [watchedAs.body, watchedAs.stream]),
  },
  {
    reason: 'Before the stripping, so that whatever it sets passes through it as well.',
    filter: () => onLaterAttempts(upstreamProcessor(), [watchedAs.body]),
  },
  {
    reason:
      'Behind the processor filter, which says of later attempts that they are watched; before that is taken off.',
    filter: () => onWatchedStreams(watchProcessor()),
  },
  {
    reason: 'Behind the processor: what nobody has taken off by now would reach the provider.',
    filter: () => stripHeaders,
  },
  {
    reason: 'Behind the stripping, which takes off every credential, this one of an earlier attempt included.',
    filter: ({ credential }) => (credential === undefined ? undefined : injectCredential(credential)),
  },
  {
    reason: "Behind the injector, since a key's own credential wins; last, since it also takes off our own headers.",
    filter: ownCredential,
  },
  { reason: 'Ends the chain.', filter: () => upstreamCodec },
];

export function downstreamFilters(): Extension[] {
  return inOrder(downstreamOrder, undefined);
}

export function upstreamFilters(provider: Provider): Extension[] {
  return inOrder(upstreamOrder, provider);
}

function inOrder<Input>(rows: readonly Row<Input>[], input: Input): Extension[] {
  return rows.map(({ filter }) => filter(input)).filter((filter) => filter !== undefined);
}
