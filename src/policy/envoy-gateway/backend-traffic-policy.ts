import { gatewayDuration } from '../gateway-api/duration.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { except, notApplicable, refused, reported } from '../schema/verdict.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import { routeTargets, targetFields, withTargets } from './policy-targets.ts';
import { rateLimit } from './rate-limit.ts';
import { retry } from './retry.ts';

const httpTimeout = object({
  requestTimeout: optional(gatewayDuration, 'For the whole answer; 0s: no bound. A route’s own wins.'),
  streamIdleTimeout: optional(gatewayDuration, 'Longest silence between bytes of an answer. A route’s own wins.'),
  connectionIdleTimeout: refused('connections are kept for as long as they work'),
  maxConnectionDuration: refused('connections are kept for as long as they work'),
  maxStreamDuration: refused('requestTimeout bounds an answer'),
});

const timeout = object({
  http: optional(httpTimeout, 'Of requests.'),
  tcp: optional(
    object({
      connectTimeout: optional(
        reported(gatewayDuration, 'connections have 5s to come about'),
        'Time to connect, TLS included.',
      ),
    }),
    'Of connections.',
  ),
});

const healthCheck = object({
  passive: notApplicable('a backend that keeps failing is passed over for a while, unless it is the last one'),
  panicThreshold: notApplicable('the last backend of a chain is always asked'),
  active: refused('failures are found by requests, not by probes'),
});

const chooseByRoute = 'backends are chosen by weight and priority of the route';
const untouched = 'bodies of answers pass as they are';

/**
 * How backends are asked, in the words of Envoy Gateway. No field has a default: policies of several levels are merged
 * field by field.
 */
export const backendTrafficPolicySpec = withTargets(
  object({
    ...targetFields(routeTargets),
    retry: optional(retry, 'When the next backend is asked.'),
    rateLimit: optional(except(rateLimit, 'of models; for ordinary services it is reported'), 'What callers may use.'),
    timeout: optional(timeout, 'How long things may take.'),
    circuitBreaker: optional(
      reported(circuitBreaker, 'what runs at once is not bounded per backend'),
      'What runs at once.',
    ),
    loadBalancer: refused(chooseByRoute),
    healthCheck: optional(healthCheck, 'How failing backends are found.'),
    mergeType: refused('policies of several levels are merged field by field'),
    connection: refused('buffers are those of the gateway; see GatewayPolicy'),
    dns: refused('names are looked up as often as their records say'),
    http1: refused('Envoy’s own values are used'),
    http2: refused('Envoy’s own values are used'),
    http3: refused('HTTP/3 is not spoken'),
    tcpKeepalive: refused('Envoy’s own values are used'),
    proxyProtocol: refused('providers do not speak it'),
    faultInjection: refused('faults are not made'),
    useClientProtocol: refused('providers are spoken to as they like it'),
    compression: refused(untouched),
    compressor: refused(untouched),
    responseOverride: refused('errors of providers are answered in the caller’s dialect'),
    httpUpgrade: refused('services may speak over WebSockets, and nothing else'),
    requestBuffer: refused('requests are always held until they are answered; see GatewayPolicy.spec.maxBodySize'),
    bandwidthLimit: refused('bytes are not counted'),
    admissionControl: refused('callers are limited by what they use'),
    adaptiveConcurrency: refused('what runs at once is not bounded per backend; write a Limit with concurrency'),
    telemetry: refused('records are said by GatewayPolicy'),
    endpointHostname: refused('endpoints are asked under the name that their Backend has for them'),
    routingType: notApplicable('endpoints are asked directly where they can be'),
  }),
);

export type BackendTrafficPolicySpec = Infer<typeof backendTrafficPolicySpec>;
