import { aiGatewayGroup } from '../gateway-api/name.ts';
import { kindRow } from '../kind-row.ts';
import { aiGatewayRouteSpec } from './ai-gateway-route.ts';
import { aiServiceBackendSpec } from './ai-service-backend.ts';
import { backendSecurityPolicySpec } from './backend-security-policy.ts';
import { gatewayConfigSpec } from './gateway-config.ts';
import { quotaPolicySpec } from './quota-policy.ts';

const ofAiGateway = {
  group: aiGatewayGroup,
  versions: ['v1beta1', 'v1alpha1'],
  scope: 'Namespaced',
  definition: 'accepted',
  categories: ['ai-gateway'],
} as const;

export const aiGatewayKinds = {
  AIGatewayRoute: kindRow(
    {
      ...ofAiGateway,
      plural: 'aigatewayroutes',
      shortNames: ['aigwr'],
      description: 'Models and their chains, as in Envoy AI Gateway.',
    },
    aiGatewayRouteSpec,
  ),
  AIServiceBackend: kindRow(
    {
      ...ofAiGateway,
      plural: 'aiservicebackends',
      shortNames: ['aisb'],
      columns: [{ name: 'Schema', type: 'string', jsonPath: '.spec.schema.name' }],
      description: 'A provider, as in Envoy AI Gateway.',
    },
    aiServiceBackendSpec,
  ),
  BackendSecurityPolicy: kindRow(
    {
      ...ofAiGateway,
      plural: 'backendsecuritypolicies',
      shortNames: ['bsp'],
      columns: [{ name: 'Type', type: 'string', jsonPath: '.spec.type' }],
      guards: () => true,
      barrierFields: { type: 'APIKey', apiKey: { secretRef: { name: 'nobody' } } },
      description: 'The credential of a provider, as in Envoy AI Gateway.',
    },
    backendSecurityPolicySpec,
  ),
  GatewayConfig: kindRow(
    {
      ...ofAiGateway,
      plural: 'gatewayconfigs',
      shortNames: ['gwconfig'],
      description: 'Settings of a Gateway, as in Envoy AI Gateway.',
    },
    gatewayConfigSpec,
  ),
  QuotaPolicy: kindRow(
    {
      ...ofAiGateway,
      versions: ['v1alpha1'],
      plural: 'quotapolicies',
      shortNames: ['qpol'],
      description: 'What may be used of a provider, as in Envoy AI Gateway.',
    },
    quotaPolicySpec,
  ),
};
