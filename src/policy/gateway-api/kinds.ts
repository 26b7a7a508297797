import { kindRow } from '../kind-row.ts';
import { backendTlsPolicySpec } from './backend-tls-policy.ts';
import { gatewaySpec } from './gateway.ts';
import { gatewayClassSpec } from './gateway-class.ts';
import { httpRouteSpec } from './http-route.ts';
import { gatewayApiGroup } from './name.ts';
import { referenceGrantSpec } from './reference-grant.ts';
import { remainingRules } from './remaining-rules.ts';

const ofGatewayApi = { group: gatewayApiGroup, scope: 'Namespaced', definition: 'elsewhere' } as const;

export const gatewayApiKinds = {
  Gateway: kindRow(
    {
      ...ofGatewayApi,
      versions: ['v1', 'v1beta1'],
      plural: 'gateways',
      shortNames: ['gtw'],
      description: 'Listeners, ports and certificates, as in Gateway API.',
    },
    gatewaySpec,
  ),
  GatewayClass: kindRow(
    {
      ...ofGatewayApi,
      scope: 'Cluster',
      versions: ['v1', 'v1beta1'],
      plural: 'gatewayclasses',
      shortNames: ['gc'],
      description: 'Who serves the Gateways of a class, as in Gateway API.',
    },
    gatewayClassSpec,
  ),
  HTTPRoute: kindRow(
    {
      ...ofGatewayApi,
      versions: ['v1', 'v1beta1'],
      plural: 'httproutes',
      statusPer: 'parent',
      remainder: remainingRules,
      description: 'Ordinary HTTP for ordinary Services, as in Gateway API.',
    },
    httpRouteSpec,
  ),
  ReferenceGrant: kindRow(
    {
      ...ofGatewayApi,
      // Served by every version of Gateway API, v1 only by the newest.
      versions: ['v1beta1', 'v1'],
      plural: 'referencegrants',
      shortNames: ['refgrant'],
      description: 'Permits references from other namespaces, as in Gateway API.',
    },
    referenceGrantSpec,
  ),
  BackendTLSPolicy: kindRow(
    {
      ...ofGatewayApi,
      versions: ['v1', 'v1alpha3'],
      plural: 'backendtlspolicies',
      shortNames: ['btlspolicy'],
      statusPer: 'ancestor',
      guards: () => true,
      barrierFields: { validation: { hostname: 'nobody.invalid', wellKnownCACertificates: 'System' } },
      description: 'How connections to a backend are encrypted, as in Gateway API.',
    },
    backendTlsPolicySpec,
  ),
};
