import type { PolicyDocument } from '../../policy/document.ts';
import type { ApiKey } from '../key.ts';
import type { LogicalModel } from '../logical-model.ts';
import type { Pricing } from '../pricing.ts';
import type { Provider } from '../provider.ts';
import type { RetryProfile, Route } from '../route.ts';
import { buildKey, type OwnChainRules } from './api-key.ts';
import type { BuildContext } from './context.ts';
import { buildModelDocument } from './model.ts';
import { ofKind } from './of-kind.ts';
import { olderFirst } from './older-first.ts';
import { buildProvider } from './provider.ts';
import { defaultRetry, processorRules, retryProfile } from './route.ts';

/** What our own kinds say of all Gateways alike. */
export interface OwnKinds {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly models: readonly LogicalModel[];
  readonly routes: readonly Route[];
  readonly profiles: ReadonlyMap<string, RetryProfile>;
  readonly keys: readonly ApiKey[];
  readonly pricings: readonly Pricing[];
  /** Which document has a name of a model, or a key's hash. Others that want them are added. */
  readonly takenModels: Map<string, string>;
  readonly takenKeys: Map<string, string>;
}

export function buildOwnKinds(documents: readonly PolicyDocument[], context: BuildContext): OwnKinds {
  const providers = new Map<string, Provider>();
  for (const document of ofKind(documents, 'Provider')) {
    const provider = buildProvider(document, context);
    if (provider !== undefined) providers.set(provider.name, provider);
  }
  const takenModels = new Map<string, string>();
  const models = olderFirst(ofKind(documents, 'Model')).flatMap(
    (document) => buildModelDocument(document, providers, takenModels, context) ?? [],
  );
  const takenKeys = new Map<string, string>();
  const keys = olderFirst(ofKind(documents, 'ApiKey')).flatMap(
    (document) => buildKey(document, providers, takenKeys, ownChainRules, context) ?? [],
  );
  // The rules of keys' own chains are always there: pass-through requests have no model whose rules they could follow.
  const profiles = [...models.map(({ profile }) => profile), ownChainRules.profile];
  return {
    providers,
    models: models.map(({ model }) => model),
    routes: [...models.map(({ route }) => route), ...keys.flatMap(({ routes }) => routes)],
    profiles: new Map(profiles.map((profile) => [profile.name, profile])),
    keys: keys.map(({ key }) => key),
    pricings: [...models, ...keys].flatMap(({ pricings }) => pricings),
    takenModels,
    takenKeys,
  };
}

const ownChainRules: OwnChainRules = {
  profile: retryProfile(defaultRetry),
  coolDown: processorRules(defaultRetry).coolDown,
};
