import { defaulted, optional, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { text } from '../schema/text.ts';
import { notApplicable, reported, unservedYet } from '../schema/verdict.ts';
import { requestCosts } from './request-cost.ts';

/** Safe to leave out: a policy whose limit would take one from there is refused. */
const noLimits = 'limits are not taken from requests';
const noMetadata = 'nothing is written to Envoy’s dynamic metadata for others to read';

const forwardProxy = object({
  address: required(
    text({
      pattern: '^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?):[1-9][0-9]{0,4}$',
      longest: 261,
      complaint: 'is not a host with a port',
      remedy: 'write it as proxy.example.com:3128',
    }),
    'Host and port of the proxy.',
  ),
});

/** Settings of a Gateway in the words of Envoy AI Gateway, named by an annotation of the Gateway. */
export const gatewayConfigSpec = object({
  extProc: notApplicable('the processor is part of the gateway’s pods; see GatewayParameters'),
  globalLLMRequestCosts: defaulted(requestCosts, [], 'Costs of all routes; those of a route win by metadataKey.'),
  forwardProxy: optional(
    reported(forwardProxy, 'providers are reached directly so far'),
    'Proxy (HTTP CONNECT) between the gateway and every backend.',
  ),
  globalRateLimitsFromHeaders: unservedYet(noLimits),
  globalRateLimits: unservedYet(noLimits),
  emitErrorMetadata: unservedYet(noMetadata),
  usageEstimates: unservedYet(noMetadata),
  usageEstimatePeriod: unservedYet(noMetadata),
});

/** By this annotation a Gateway names its GatewayConfig, which lives in its namespace. */
export const gatewayConfigAnnotation = 'aigateway.envoyproxy.io/gateway-config';
