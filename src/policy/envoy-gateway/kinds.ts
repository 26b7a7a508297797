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
      description: 'How backends are asked, as in Envoy Gateway.',
    },
    backendTrafficPolicySpec,
  ),
  ClientTrafficPolicy: kindRow(
    {
      ...policy,
      plural: 'clienttrafficpolicies',
      shortNames: ['ctp'],
      description: 'How callers are listened to, as in Envoy Gateway.',
    },
    clientTrafficPolicySpec,
  ),
  SecurityPolicy: kindRow(
    {
      ...policy,
      plural: 'securitypolicies',
      shortNames: ['sp'],
      description: 'Who may call, as in Envoy Gateway.',
    },
    securityPolicySpec,
  ),
  EnvoyExtensionPolicy: kindRow(
    {
      ...policy,
      plural: 'envoyextensionpolicies',
      shortNames: ['eep'],
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
