import { targetFieldNames } from '../barrier.ts';
import { envoyGatewayGroup } from '../gateway-api/name.ts';
import { kindRow } from '../kind-row.ts';
import { backendSpec } from './backend.ts';
import { backendTrafficPolicySpec } from './backend-traffic-policy.ts';
import { clientTrafficPolicySpec } from './client-traffic-policy.ts';
import { envoyExtensionPolicySpec } from './envoy-extension-policy.ts';
import { envoyProxySpec } from './envoy-proxy.ts';
import { httpRouteFilterSpec } from './http-route-filter.ts';
import { securityPolicySpec } from './security-policy.ts';

const ofEnvoyGateway = {
  group: envoyGatewayGroup,
  versions: ['v1alpha1'],
  scope: 'Namespaced',
  definition: 'accepted',
  categories: ['envoy-gateway'],
} as const;

const policy = { ...ofEnvoyGateway, statusPer: 'ancestor' } as const;

/** Everything but what it is for, and these. */
const guardsBut =
  (...harmless: readonly string[]) =>
  (fields: readonly string[]): boolean =>
    fields.some((field) => ![...targetFieldNames, 'mergeType', ...harmless].includes(field));

const guardsBy =
  (guard: string) =>
  (fields: readonly string[]): boolean =>
    fields.includes(guard);

export const envoyGatewayKinds = {
  Backend: kindRow(
    {
      ...ofEnvoyGateway,
      plural: 'backends',
      shortNames: ['be'],
      description: 'Where something outside of the cluster is reached, as in Envoy Gateway.',
    },
    backendSpec,
  ),
  BackendTrafficPolicy: kindRow(
    {
      ...policy,
      plural: 'backendtrafficpolicies',
      shortNames: ['btp'],
      guards: guardsBy('rateLimit'),
      description: 'How backends are asked, as in Envoy Gateway.',
    },
    backendTrafficPolicySpec,
  ),
  ClientTrafficPolicy: kindRow(
    {
      ...policy,
      plural: 'clienttrafficpolicies',
      shortNames: ['ctp'],
      guards: guardsBy('tls'),
      description: 'How callers are listened to, as in Envoy Gateway.',
    },
    clientTrafficPolicySpec,
  ),
  SecurityPolicy: kindRow(
    {
      ...policy,
      plural: 'securitypolicies',
      shortNames: ['sp'],
      guards: guardsBut('cors'),
      description: 'Who may call, as in Envoy Gateway.',
    },
    securityPolicySpec,
  ),
  EnvoyExtensionPolicy: kindRow(
    {
      ...policy,
      plural: 'envoyextensionpolicies',
      shortNames: ['eep'],
      guards: guardsBut(),
      description: 'Filters of your own, as in Envoy Gateway.',
    },
    envoyExtensionPolicySpec,
  ),
  EnvoyProxy: kindRow(
    {
      ...ofEnvoyGateway,
      plural: 'envoyproxies',
      shortNames: ['eproxy'],
      description: 'Infrastructure of Envoy Gateway, which has no effect here.',
    },
    envoyProxySpec,
  ),
  HTTPRouteFilter: kindRow(
    {
      ...ofEnvoyGateway,
      plural: 'httproutefilters',
      shortNames: ['hrf'],
      description: 'Filters of Envoy Gateway, of which none is served.',
    },
    httpRouteFilterSpec,
  ),
};
