import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { programContract } from '../../contract.ts';
import {
  ApiKeySchema,
  BudgetSchema,
  Dialect,
  GuardrailSchema,
  LimitSchema,
  ModelSchema,
  PricingSchema,
  ProviderSchema,
  RouteSchema,
  SecretValueSchema,
  SettingsSchema,
} from '../../gen/sluice/program/v1/program_pb.js';
import { contentVersion, sha256Hex } from '../../lib/hash.ts';
import type { Program } from '../program.ts';
import type { ReceivedResource } from '../slot.ts';
import { ProgramStore } from '../store.ts';

/** A program as a test writes it: what is left out has a default that makes the rest work. */
export interface ProgramInit {
  readonly settings?: MessageInitShape<typeof SettingsSchema>;
  readonly providers?: readonly (MessageInitShape<typeof ProviderSchema> & { readonly name: string })[];
  readonly models?: readonly (MessageInitShape<typeof ModelSchema> & { readonly name: string })[];
  readonly routes?: readonly (MessageInitShape<typeof RouteSchema> & { readonly id: string })[];
  /** With the secret in plain text, from which the hash is made. */
  readonly keys?: readonly (MessageInitShape<typeof ApiKeySchema> & {
    readonly name: string;
    readonly secret?: string;
  })[];
  readonly guardrails?: readonly Named<typeof GuardrailSchema>[];
  readonly limits?: readonly Named<typeof LimitSchema>[];
  readonly budgets?: readonly Named<typeof BudgetSchema>[];
  readonly pricings?: readonly Named<typeof PricingSchema>[];
  /** Values by name. */
  readonly secrets?: { readonly [name: string]: string };
}

type Named<Desc extends DescMessage> = MessageInitShape<Desc> & { readonly name: string };

export interface TypedResource extends ReceivedResource {
  readonly typeUrl: string;
}

export const anthropic = Dialect.ANTHROPIC;

export function resourceOf<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  init: MessageInitShape<Desc>,
): TypedResource {
  const body = toBinary(schema, create(schema, init));
  return { typeUrl: `type.googleapis.com/${schema.typeName}`, name, version: contentVersion(body), body };
}

export function settingsOf(init: ProgramInit['settings'] = {}): TypedResource {
  const defaults = { contract: programContract, maxBodyBytes: 1_048_576n, defaultProfile: 'retry-default' };
  return resourceOf(SettingsSchema, 'settings', { ...defaults, ...init });
}

export function providerOf(init: NonNullable<ProgramInit['providers']>[number]): TypedResource {
  const defaults = {
    contract: programContract,
    cluster: `cluster-${init.name}`,
    dialect: Dialect.OPENAI,
    basePath: '/v1',
  };
  return resourceOf(ProviderSchema, init.name, { ...defaults, ...init });
}

export function modelOf(init: NonNullable<ProgramInit['models']>[number]): TypedResource {
  return resourceOf(ModelSchema, init.name, { contract: programContract, isListed: true, ...init });
}

export function routeOf(init: NonNullable<ProgramInit['routes']>[number]): TypedResource {
  const targets = (init.targets ?? []).map((target) => ({ weight: 1, ...target }));
  const defaults = { contract: programContract, profile: 'retry-default' };
  return resourceOf(RouteSchema, init.id, { ...defaults, ...init, targets } as MessageInitShape<typeof RouteSchema>);
}

export function keyOf({ secret, ...init }: NonNullable<ProgramInit['keys']>[number]): TypedResource {
  const sha256 = Buffer.from(sha256Hex(secret ?? `sk-${init.name}`), 'hex');
  return resourceOf(ApiKeySchema, init.name, { contract: programContract, sha256, isEnabled: true, ...init });
}

function namedOf<Desc extends DescMessage>(schema: Desc, init: Named<Desc>): TypedResource {
  return resourceOf(schema, init.name, { contract: programContract, ...init });
}

function secretOf(name: string, value: string): TypedResource {
  return resourceOf(SecretValueSchema, name, { contract: programContract, name, value: Buffer.from(value, 'utf8') });
}

/** All resources of a program. A model without a route of its own gets none. */
export function programResourcesOf(init: ProgramInit): readonly TypedResource[] {
  return [
    settingsOf(init.settings),
    ...(init.providers ?? []).map(providerOf),
    ...(init.models ?? []).map(modelOf),
    ...(init.routes ?? []).map(routeOf),
    ...(init.keys ?? []).map(keyOf),
    ...(init.guardrails ?? []).map((each) => namedOf(GuardrailSchema, each)),
    ...(init.limits ?? []).map((each) => namedOf(LimitSchema, each)),
    ...(init.budgets ?? []).map((each) => namedOf(BudgetSchema, each)),
    ...(init.pricings ?? []).map((each) => namedOf(PricingSchema, each)),
    ...Object.entries(init.secrets ?? {}).map(([name, value]) => secretOf(name, value)),
  ];
}

/** A store that has received all of this. Throws on what it refuses: a test that wants a refusal applies by hand. */
export function storeOf(init: ProgramInit): ProgramStore {
  const store = new ProgramStore();
  const resources = programResourcesOf(init);
  for (const typeUrl of store.typeUrls) {
    const refused = store.apply(
      typeUrl,
      resources.filter((resource) => resource.typeUrl === typeUrl),
      [],
    );
    if (refused.length > 0)
      throw new Error(`refused: ${refused.map(({ name, reason }) => `${name} ${reason}`).join()}`);
  }
  return store;
}

export function programOf(init: ProgramInit): Program {
  const { current } = storeOf(init);
  if (current === undefined) throw new Error('the program is not complete');
  return current;
}
