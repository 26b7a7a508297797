import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import { programContract } from '../contract.ts';
import {
  ApiKeySchema,
  Dialect,
  ModelSchema,
  ProviderSchema,
  RouteSchema,
  SettingsSchema,
} from '../gen/sluice/program/v1/program_pb.js';
import { getOrCreate } from '../lib/get-or-create.ts';
import { contentVersion } from '../lib/hash.ts';
import type { GatewayModel } from '../model/gateway.ts';
import type { ApiKey } from '../model/key.ts';
import type { LogicalModel } from '../model/logical-model.ts';
import type { Provider } from '../model/provider.ts';
import type { Route } from '../model/route.ts';
import type { Secret } from '../model/secret.ts';

/**
 * One resource of the program. Structurally what an xDS snapshot holds; named here because the processor's side of the
 * contract must not depend on the server's.
 */
export interface ProgramResource {
  readonly typeUrl: string;
  readonly name: string;
  readonly version: string;
  readonly body: Uint8Array;
  readonly origins: readonly string[];
}

/**
 * Encoded resources by the model object they came from. The model build hands out the same object for an unchanged
 * document, so a changed key among ten thousand encodes one resource.
 */
const encoded = new WeakMap<object, ProgramResource>();

/** What the processor must know of a gateway, one small resource per thing. */
export function programResources(gateway: GatewayModel): ProgramResource[] {
  const secrets = new Map(gateway.secrets.map((secret) => [secret.name, secret]));
  return [
    cached(gateway.settings, () => settingsResource(gateway)),
    ...gateway.providers.map((provider) => cached(provider, () => providerResource(provider))),
    ...gateway.routes.map((route) => cached(route, () => routeResource(route))),
    ...gateway.models.map((model) => cached(model, () => modelResource(model))),
    ...gateway.keys.map((key) =>
      // A key with credentials of its own carries their values, which may change while the document stays the same.
      key.credentials.length > 0 ? keyResource(key, secrets) : cached(key, () => keyResource(key, secrets)),
    ),
  ];
}

function cached(source: object, encode: () => ProgramResource): ProgramResource {
  return getOrCreate(encoded, source, encode);
}

function resourceOf<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  origins: readonly string[],
  init: MessageInitShape<Desc>,
): ProgramResource {
  const body = toBinary(schema, create(schema, init));
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, name, version: contentVersion(body), body, origins };
}

function settingsResource(gateway: GatewayModel): ProgramResource {
  return resourceOf(SettingsSchema, 'settings', gateway.settings.origins, {
    contract: programContract,
    maxBodyBytes: BigInt(gateway.settings.maxBodyBytes),
    defaultProfile: gateway.settings.defaultProfile,
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
  });
}

function routeResource(route: Route): ProgramResource {
  return resourceOf(RouteSchema, route.id, route.origins, {
    contract: programContract,
    id: route.id,
    key: route.match.key ?? '',
    models: [...route.match.models],
    targets: route.targets.map((target) => ({ ...target, model: target.model ?? '' })),
    profile: route.profile,
    affinityHeader: route.affinityHeader ?? '',
    isPrivateOnly: route.isPrivateOnly,
    coolDown: { ...route.coolDown },
    watchBody: route.watchBody,
    firstTokenTimeoutMs: route.firstTokenTimeoutMs ?? 0,
  });
}

function modelResource(model: LogicalModel): ProgramResource {
  return resourceOf(ModelSchema, model.name, model.origins, {
    contract: programContract,
    name: model.name,
    aliases: [...model.aliases],
    isListed: model.isListed,
    contextWindow: model.contextWindow ?? 0,
    maxOutput: model.maxOutput ?? 0,
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
    credentials: key.credentials.flatMap((credential) => {
      const secret = secrets.get(credential.secret);
      if (secret?.kind !== 'opaque') return [];
      const value = Buffer.from(credential.prefix + secret.value, 'latin1');
      return [{ provider: credential.provider, header: credential.header, value }];
    }),
  });
}
