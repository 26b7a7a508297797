import { programContract } from '../contract.ts';
import { ApiKeySchema, Dialect, ProviderSchema, SettingsSchema } from '../gen/sluice/program/v1/program_pb.js';
import { getOrCreate } from '../lib/get-or-create.ts';
import { recordsAttempts } from '../model/attempt-records.ts';
import type { GatewayModel } from '../model/gateway.ts';
import type { ApiKey } from '../model/key.ts';
import type { Provider } from '../model/provider.ts';
import type { Secret } from '../model/secret.ts';
import { guardrailResource } from './encode/guardrail.ts';
import { budgetResource, limitResource } from './encode/limit.ts';
import { modelResource } from './encode/model.ts';
import { pricingResource } from './encode/pricing.ts';
import { type ProgramResource, resourceOf } from './encode/resource.ts';
import { routeResource } from './encode/route.ts';
import { secretResource } from './encode/secret.ts';
import { encodeSink, encodeStore } from './encode/store.ts';
import { type TokenSettings, tokenSettings } from './encode/token-settings.ts';

/**
 * Encoded resources by the model object they came from. The model build hands out the same object for an unchanged
 * document, so a changed key among ten thousand encodes one resource.
 */
const encoded = new WeakMap<object, ProgramResource>();

/** What the processor must know of a gateway, one small resource per thing. */
export function programResources(gateway: GatewayModel): ProgramResource[] {
  const secrets = new Map(gateway.secrets.map((secret) => [secret.name, secret]));
  const profiles = new Map(gateway.profiles.map((profile) => [profile.name, profile]));
  return [
    ...neededSecrets(gateway, secrets),
    ...settingsResources(gateway),
    ...gateway.providers
      .filter(({ isUnserved }) => isUnserved !== true)
      .map((provider) => cached(provider, () => providerResource(provider))),
    ...gateway.pricings.map((pricing) => cached(pricing, () => pricingResource(pricing))),
    ...gateway.guardrails.map((guardrail) => cached(guardrail, () => guardrailResource(guardrail))),
    ...gateway.limits.map((limit) => cached(limit, () => limitResource(limit))),
    ...gateway.budgets.map((budget) => cached(budget, () => budgetResource(budget))),
    ...gateway.routes.map((route) => cached(route, () => routeResource(route, profiles.get(route.profile)))),
    ...gateway.models.map((model) => cached(model, () => modelResource(model))),
    ...gateway.keys.map((key) =>
      // A key with credentials of its own carries their values, which may change while the document stays the same.
      key.credentials.length > 0 ? keyResource(key, secrets) : cached(key, () => keyResource(key, secrets)),
    ),
  ];
}

/** Those that the processor uses itself, each with the documents that are told when it is refused. */
function neededSecrets(gateway: GatewayModel, secrets: ReadonlyMap<string, Secret>): ProgramResource[] {
  return [gateway.settings, ...gateway.guardrails].flatMap((user) =>
    user.secrets.flatMap((name) => {
      const secret = secrets.get(name);
      return secret?.kind === 'opaque' ? [secretResource(name, secret.value, user.origins)] : [];
    }),
  );
}

function cached(source: object, encode: () => ProgramResource): ProgramResource {
  return getOrCreate(encoded, source, encode);
}

/** What routes ask for is in them, too, but not in the object that stands for them. */
function settingsResources(gateway: GatewayModel): ProgramResource[] {
  const tokens = tokenSettings(gateway);
  return [
    tokens === undefined
      ? cached(gateway.settings, () => settingsResource(gateway, {}))
      : settingsResource(gateway, tokens),
  ];
}

function settingsResource(gateway: GatewayModel, tokens: TokenSettings): ProgramResource {
  return resourceOf(SettingsSchema, 'settings', gateway.settings.origins, {
    contract: programContract,
    maxBodyBytes: BigInt(gateway.settings.maxBodyBytes),
    defaultProfile: gateway.settings.defaultProfile,
    store: encodeStore(gateway.settings.store),
    usageRecords: encodeSink(gateway.settings.usageRecords),
    decisionRecords: encodeSink(gateway.settings.decisionRecords),
    redactionSecret: gateway.settings.redactionSecret ?? '',
    includeUsage: gateway.settings.includeUsage,
    anonymousKey: Buffer.from(gateway.settings.anonymousKey ?? '', 'hex'),
    otlpEndpoint: gateway.settings.otlpEndpoint ?? '',
    collectsFailedAnswers: recordsAttempts(gateway.settings),
    ...tokens,
  });
}

function providerResource(provider: Provider): ProgramResource {
  return resourceOf(ProviderSchema, provider.name, provider.origins, {
    contract: programContract,
    name: provider.name,
    cluster: provider.cluster,
    dialect: provider.dialect === 'anthropic' ? Dialect.ANTHROPIC : Dialect.OPENAI,
    basePath: provider.endpoint.basePath,
    isPrivate: provider.isPrivate,
    setHeaders: [...provider.setHeaders],
    removeHeaders: [...provider.removeHeaders],
    setBody: [...provider.setBody],
    removeBody: [...provider.removeBody],
    passthroughPaths: [...provider.passthroughPaths],
    nameInCosts: provider.nameInCosts ?? '',
  });
}

function keyResource(key: ApiKey, secrets: ReadonlyMap<string, Secret>): ProgramResource {
  return resourceOf(ApiKeySchema, key.name, key.origins, {
    contract: programContract,
    name: key.name,
    sha256: Buffer.from(key.sha256, 'hex'),
    user: key.user,
    team: key.team,
    project: key.project,
    allowModels: [...key.allowModels],
    denyModels: [...key.denyModels],
    expiresAtMs: BigInt(key.expiresAtMs ?? 0),
    isEnabled: key.isEnabled,
    labels: [...key.labels],
    credentials: key.credentials.flatMap((credential) => {
      const secret = secrets.get(credential.secret);
      if (secret?.kind !== 'opaque') return [];
      const value = Buffer.from(credential.prefix + secret.value, 'latin1');
      return [{ provider: credential.provider, header: credential.header, value }];
    }),
  });
}
