/*
 * Headers of requests that are not for providers, whoever has set them: a caller, a claim of its token, or an extension.
 * Envoy takes them off, and whoever writes policy that puts something into them is told so.
 */

/**
 * Headers that carry somebody's credential, in the dialects that providers speak. One header map serves all attempts,
 * so the credential of one provider would otherwise reach the next, and the caller's gateway key would reach both.
 */
const credentialHeaders = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'x-goog-user-project',
  'ocp-apim-subscription-key',
  'x-auth-token',
  'x-access-token',
];

const privateHeaders = [
  'forwarded',
  'via',
  'x-real-ip',
  'true-client-ip',
  'x-client-ip',
  // W3C Trace Context and Baggage: a provider could tell by them which requests belong together, and read what is in them.
  'traceparent',
  'tracestate',
  'baggage',
  // The same of B3, Jaeger, Google and AWS.
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'uber-trace-id',
  'x-cloud-trace-context',
  'x-amzn-trace-id',
];

/** What would make a provider do something else than the policy has looked at, with the provider's credential. */
const steeringHeaders = [
  // Some frameworks take another path or method from these.
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-method-override',
  'x-http-method',
  // Between the caller and Envoy, which knows `100-continue`; a provider answers anything else with 417.
  'expect',
];

/**
 * Not among them: `x-request-id`. All attempts, the answer and the access log share one header map, so taking it off here
 * would take it from the caller's answer and from the log too. It is random and says nothing about anybody.
 */
export const withheldHeaders: readonly string[] = [...credentialHeaders, ...privateHeaders, ...steeringHeaders];

/** Prefixes of headers about the way a request took, or between our own parts. No provider's business. */
export const withheldPrefixes: readonly string[] = ['x-envoy-', 'x-forwarded-', 'x-amz-', 'cf-'];

export function isWithheld(header: string): boolean {
  return withheldHeaders.includes(header) || withheldPrefixes.some((prefix) => header.startsWith(prefix));
}

/**
 * By which a request says on whose bill it goes, of those that share the provider's account. The processor takes them off
 * unless the policy of a route, or of the provider, has set them.
 */
export const payerHeaders: readonly string[] = ['openai-organization', 'openai-project'];
