/**
 * Names that Envoy's configuration and the processor must agree on. A leaf: both halves read it, it reads nothing.
 */

/** Version of the program contract. A processor refuses resources of another one and keeps what it has. */
export const programContract = 1;

/** Of a route that wants tokens: a processor that knows the first contract only would let everybody in. */
export const guardedRouteContract = 2;

/**
 * Of a limit that refuses nobody, or that charges every request: a processor that knows the first contract only would
 * refuse callers by the one, and count too little of the other.
 */
export const laterLimitContract = 2;

/**
 * Request headers between the processor and Envoy. Envoy drops every `x-sluice-*` header that a client sends before any
 * filter sees it, and again before a request leaves for a provider, so they can neither be forged nor leak.
 */
export const internalHeaders = {
  prefix: 'x-sluice-',
  /** Retry profile of the request: selects the route entry with its retry rules and time-outs. */
  profile: 'x-sluice-profile',
  /** Length of a body replaced on a later attempt, turned into `content-length` behind the upstream processor. */
  contentLength: 'x-sluice-content-length',
  /** Complete value of the credential header where the key brings its own credential. A secret. */
  credential: 'x-sluice-credential',
  /** One of `watchedAs`: failures hidden behind a 200 are looked for by an upstream processor stream on every attempt. */
  watch: 'x-sluice-watch',
} as const;

/** What is looked at: the whole body, by the stream that also prepares later attempts; or the start of a stream of events. */
export const watchedAs = { body: 'body', stream: 'stream' } as const;

/** Response headers that callers see. */
export const responseHeaders = {
  provider: 'x-sluice-provider',
  model: 'x-sluice-model',
  /** Every target tried, in order, as `provider/model`, comma separated. */
  attempts: 'x-sluice-attempts',
  requestId: 'x-request-id',
} as const;

/** Dynamic metadata namespaces: what the processor writes for Envoy, and Envoy for the processor. */
export const metadataNamespaces = {
  /** The chain of the request, typed: one group of one cluster per attempt. Untyped: `exchangeField`. */
  route: 'sluice.route',
  /** What the access log shows: `key`, `user`, `team`, `project`, `api`, `model`, `targets`, `stream`. */
  log: 'sluice.log',
  /** By Envoy, for the processor: answers that were failures. Of its own, since most requests have none to be sent. */
  failed: 'sluice.failed',
  /** By Envoy's filters for tokens, for the processor: see `tokenFields`. Envoy does not let the name be chosen. */
  tokens: 'envoy.filters.http.jwt_authn',
} as const;

/**
 * In `metadataNamespaces.route`: `<process>.<number>`, which leads the upstream stream of an attempt back to the request's
 * state. Metadata and no header: attempt 1 takes every internal header off, and all attempts share one header map.
 */
export const exchangeField = 'exchange';

/**
 * In `metadataNamespaces.tokens`: what a token of one issuer of a filter says, once it is verified; and why it was not. No
 * filter's name has a `#`, so nobody's fields are those of another filter.
 */
export function tokenFields(filter: string, issuer: number): { readonly claims: string; readonly failure: string } {
  const claims = `${filter}#${issuer}`;
  return { claims, failure: `${claims}!` };
}

/** In `metadataNamespaces.failed`: the status of each, in order, with a comma behind it. */
export const failedAnswersField = 'answers';

/** Clusters that are not providers. */
export const clusterNames = {
  /** Refuses every connection: where a request ends that no processor has seen. Sent by the control plane. */
  closed: 'sluice-closed',
  /** No Envoy has it: where a request ends whose backend does not exist. */
  nowhere: 'sluice-nowhere',
  /** The processor processes beside this Envoy. Local knowledge, so it stands in the bootstrap. */
  processor: 'sluice-processor',
  /** The control plane. In the bootstrap. */
  xds: 'sluice-xds',
} as const;

/** Clusters that what is sent may name without them: those of the bootstrap, and the one that there is not. */
export const unsentClusters: ReadonlySet<string> = new Set([
  clusterNames.processor,
  clusterNames.xds,
  clusterNames.nowhere,
]);

/** Prefix of `%RESPONSE_CODE_DETAILS%` of every answer that the processor gives itself: `sluice_<error code>`. */
export const responseDetailsPrefix = 'sluice_';

/** gRPC method of `envoy.service.ext_proc.v3.ExternalProcessor`. */
export const processorMethod = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';

/** Attribute of a request: the name of its virtual host, which is that of a listener, and perhaps `/` and more. */
export const virtualHostAttribute = 'xds.virtual_host_name';

/**
 * Which filter opened a stream, by the authority of the gRPC request. The router's, which every request needs, has the one
 * that Envoy gives it anyway: it copies what a filter says of its gRPC service ten times for each stream, and hashes it,
 * and initial metadata was most of that.
 */
export const processorAuthorities = { router: clusterNames.processor, upstream: 'upstream', watch: 'watch' } as const;

/**
 * gRPC request header (initial metadata) that counts before the authority, since a route can bring it along. Where the
 * processor is to demand what Envoy only notes, it is `demanding`, which a processor that knows nothing of it refuses.
 */
export const processorRoleHeader = 'x-sluice-role';
export const demandingRole = 'demanding';

/** The same of a demanding router: the filter whose tokens all have to show but those whose route wants others. */
export const demandedTokensHeader = 'x-sluice-demanded-tokens';
