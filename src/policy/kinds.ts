import { apiKeySpec } from './api-key.ts';
import { budgetSpec } from './budget.ts';
import { gatewaySpec } from './gateway.ts';
import { gatewayPolicySpec } from './gateway-policy.ts';
import { guardrailSpec } from './guardrail.ts';
import { limitSpec } from './limit.ts';
import { modelSpec } from './model.ts';
import { providerSpec } from './provider.ts';

export const ownApiVersion = 'sluice.dev/v1alpha1';

/** The kinds that this version serves. */
export const kinds = {
  Provider: { apiVersion: ownApiVersion, description: 'An upstream account.', spec: providerSpec },
  Model: { apiVersion: ownApiVersion, description: 'A logical model and the chain behind it.', spec: modelSpec },
  ApiKey: { apiVersion: ownApiVersion, description: 'A caller’s key: whose it is, what it may use.', spec: apiKeySpec },
  Guardrail: { apiVersion: ownApiVersion, description: 'Rules for what may be said.', spec: guardrailSpec },
  Limit: { apiVersion: ownApiVersion, description: 'A ceiling per window, or on what runs at once.', spec: limitSpec },
  Budget: { apiVersion: ownApiVersion, description: 'What may be spent in a period.', spec: budgetSpec },
  GatewayPolicy: {
    apiVersion: ownApiVersion,
    description:
      'What Gateway API has no words for: body limit, client certificates, CORS, log, telemetry, store, records.',
    spec: gatewayPolicySpec,
  },
  Gateway: {
    apiVersion: 'gateway.networking.k8s.io/v1',
    description: 'Listeners, ports and certificates, as in Gateway API.',
    spec: gatewaySpec,
  },
} as const;

export type Kind = keyof typeof kinds;

export const printableKinds: readonly Kind[] = Object.keys(kinds).filter(isKind);

/** Part of the language, but not of this version. */
export const laterKinds: readonly string[] = ['McpServer', 'McpProfile'];

export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}
