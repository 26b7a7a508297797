import { aiGatewayKinds } from './ai-gateway/kinds.ts';
import { apiKeySpec } from './api-key.ts';
import { budgetSpec } from './budget.ts';
import { coreKinds } from './core/kinds.ts';
import { envoyGatewayKinds } from './envoy-gateway/kinds.ts';
import { gatewayApiKinds } from './gateway-api/kinds.ts';
import { gatewayParametersSpec } from './gateway-parameters.ts';
import { gatewayPolicySpec } from './gateway-policy.ts';
import { guardrailSpec } from './guardrail.ts';
import { type KindFacts, type KindRow, kindRow } from './kind-row.ts';
import { limitSpec } from './limit.ts';
import { modelSpec } from './model.ts';
import { priceCatalogueSpec } from './price-catalogue.ts';
import { providerSpec } from './provider.ts';
import type { Schema } from './schema/schema.ts';

export const ownGroup = 'sluice.dev';

/** The kinds that this version serves. */
export const kinds = {
  Provider: own(providerSpec, {
    plural: 'providers',
    shortNames: ['slp'],
    columns: [
      { name: 'Schema', type: 'string', jsonPath: '.spec.schema' },
      { name: 'Preset', type: 'string', jsonPath: '.spec.preset' },
      { name: 'Network', type: 'string', jsonPath: '.spec.network' },
      { name: 'Endpoint', type: 'string', jsonPath: '.spec.endpoint', priority: 1 },
    ],
    description: 'An upstream account.',
  }),
  Model: own(modelSpec, {
    plural: 'models',
    shortNames: ['slm'],
    columns: [
      { name: 'Model', type: 'string', jsonPath: '.spec.name' },
      { name: 'Provider', type: 'string', jsonPath: '.spec.targets[0].provider' },
      { name: 'Enabled', type: 'boolean', jsonPath: '.spec.enabled' },
      { name: 'Listed', type: 'boolean', jsonPath: '.spec.listed', priority: 1 },
    ],
    description: 'A logical model and the chain behind it.',
  }),
  ApiKey: own(apiKeySpec, {
    plural: 'apikeys',
    shortNames: ['slk'],
    columns: [
      { name: 'User', type: 'string', jsonPath: '.spec.owner.user' },
      { name: 'Team', type: 'string', jsonPath: '.spec.owner.team' },
      { name: 'Project', type: 'string', jsonPath: '.spec.owner.project', priority: 1 },
      { name: 'Enabled', type: 'boolean', jsonPath: '.spec.enabled' },
      { name: 'Expires', type: 'string', jsonPath: '.spec.expires' },
    ],
    description: 'A caller’s key: whose it is, what it may use.',
  }),
  Guardrail: own(guardrailSpec, {
    plural: 'guardrails',
    shortNames: ['slg'],
    columns: [{ name: 'Mode', type: 'string', jsonPath: '.spec.mode' }],
    description: 'Rules for what may be said.',
  }),
  Limit: own(limitSpec, {
    plural: 'limits',
    shortNames: ['sll'],
    columns: [
      { name: 'Requests', type: 'string', jsonPath: '.spec.requests' },
      { name: 'Tokens', type: 'string', jsonPath: '.spec.tokens' },
      { name: 'Concurrency', type: 'string', jsonPath: '.spec.concurrency' },
      { name: 'Window', type: 'string', jsonPath: '.spec.window' },
    ],
    description: 'A ceiling per window, or on what runs at once.',
  }),
  Budget: own(budgetSpec, {
    plural: 'budgets',
    shortNames: ['slb'],
    columns: [
      { name: 'USD', type: 'string', jsonPath: '.spec.amount.usd' },
      { name: 'Tokens', type: 'string', jsonPath: '.spec.amount.tokens' },
      { name: 'Enforce', type: 'string', jsonPath: '.spec.enforce' },
    ],
    description: 'What may be spent in a period.',
  }),
  PriceCatalogue: own(priceCatalogueSpec, {
    plural: 'pricecatalogues',
    shortNames: ['slpc'],
    description: 'What models of providers cost, for targets and Models that do not say it.',
  }),
  GatewayPolicy: own(gatewayPolicySpec, {
    plural: 'gatewaypolicies',
    shortNames: ['slgp'],
    columns: [{ name: 'Gateway', type: 'string', jsonPath: '.spec.targetRef.name' }],
    description:
      'What Gateway API has no words for: body limit, client certificates, CORS, extensions, log, telemetry, store, records.',
  }),
  GatewayParameters: own(gatewayParametersSpec, {
    plural: 'gatewayparameters',
    shortNames: ['slgpar'],
    columns: [
      { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
      { name: 'Min', type: 'integer', jsonPath: '.spec.autoscaling.min' },
      { name: 'Max', type: 'integer', jsonPath: '.spec.autoscaling.max' },
      { name: 'Service', type: 'string', jsonPath: '.spec.service.type' },
    ],
    description: 'What is made for a Gateway in a cluster: images, resources, number of pods, Service.',
  }),
  ...gatewayApiKinds,
  ...aiGatewayKinds,
  ...envoyGatewayKinds,
  ...coreKinds,
} as const;

export type Kind = keyof typeof kinds;

export const printableKinds: readonly Kind[] = Object.keys(kinds).filter(isKind);

/** Part of the language, but not of this version. */
export const laterKinds: readonly string[] = ['McpServer', 'McpProfile'];

export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

type OwnFacts = Pick<KindFacts, 'plural' | 'shortNames' | 'columns' | 'description'>;

function own<S>(spec: Schema<S>, facts: OwnFacts): KindRow<S> {
  const place = { group: ownGroup, versions: ['v1alpha1'], scope: 'Namespaced', definition: 'own' } as const;
  return kindRow({ ...place, ...facts, categories: ['sluice'] }, spec);
}
