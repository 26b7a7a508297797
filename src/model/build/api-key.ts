import { sha256Hex } from '../../lib/hash.ts';
import { sortedByName } from '../../lib/sort.ts';
import type { ApiKeyDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { ApiKey } from '../key.ts';
import type { Pricing } from '../pricing.ts';
import type { Provider } from '../provider.ts';
import type { RetryProfile, Route } from '../route.ts';
import type { BuildContext } from './context.ts';
import { memo } from './memo.ts';
import { rejectTarget } from './model.ts';
import { type OwnTarget, ownTargets, permittedProvider } from './own-targets.ts';
import { pricingsOfChain } from './pricing.ts';
import { credentialHeader, isHeaderSafe } from './provider.ts';
import { chainOf, chainSignature, isPrivateOnly } from './route.ts';

export interface BuiltKey {
  readonly key: ApiKey;
  readonly routes: readonly Route[];
  /** Of targets that have their own. */
  readonly pricings: readonly Pricing[];
}

/** What a key's own chains are tried with; the retry rules of a Model belong to its own chain. */
export interface OwnChainRules {
  readonly profile: RetryProfile;
  readonly coolDown: Route['coolDown'];
}

/** A caller's key and the routes that only it meets. */
export function buildKey(
  document: ApiKeyDocument,
  providers: ReadonlyMap<string, Provider>,
  taken: Map<string, string>,
  rules: OwnChainRules,
  context: BuildContext,
): BuiltKey | undefined {
  const { id } = document;
  const sha256 = hashOf(document, context);
  if (sha256 === undefined) return undefined;
  const owner = taken.get(sha256);
  if (owner !== undefined) {
    const remedy = 'create a key of its own with `sluice keys create`';
    context.reject(document, 'spec', `is the same key as ${owner}`, remedy);
    return undefined;
  }
  taken.set(sha256, id);
  const credentials = ownCredentials(document, providers, context);
  if (credentials === undefined) return undefined;
  const chains = ownChains(document, providers, context);
  const signature = [
    sha256,
    ...credentials.map((provider) => `${provider}=${providers.get(provider)?.dialect}`),
    ...chains.map(({ targets }) => chainSignature(targets, providers)),
    rules.profile.name,
  ].join(';');
  return memo(document, 'key', signature, () => ({
    key: keyOf(document, sha256, credentials, providers),
    routes: chains.map((chain, index) => routeOf(document, chain, index, providers, rules)),
    pricings: chains.flatMap(({ targets }, index) => pricingsOfChain(routeId(document, index), targets, [id])),
  }));
}

/** Providers for which the key brings a credential of its own, whose secrets are kept. */
function ownCredentials(
  document: ApiKeyDocument,
  providers: ReadonlyMap<string, Provider>,
  context: BuildContext,
): readonly string[] | undefined {
  const { spec } = document;
  const usable = spec.credentials.flatMap((own, index) => {
    const path = `spec.credentials[${index}]`;
    const provider = permittedProvider(document, `${path}.provider`, own.provider, context);
    if (provider === undefined) return [];
    if (!providers.has(provider)) {
      const message = `provider "${provider}" does not exist or is not usable`;
      const remedy = 'add that Provider, or remove the credential';
      context.reject(document, `${path}.provider`, message, remedy, 'ProviderNotFound');
      return [];
    }
    const value = context.resolve(document, `${path}.apiKey`, own.apiKey);
    if (value === undefined) return [];
    if (!isHeaderSafe(value)) {
      const message = 'the secret is empty or holds characters that cannot stand in a header';
      context.reject(document, `${path}.apiKey`, message, 'check that it is the key alone, on one line');
      return [];
    }
    context.keep({ name: ownCredentialSecret(document, provider), kind: 'opaque', value });
    return [provider];
  });
  // A key that brings its own credential must never spend from the gateway's account because its own is missing.
  return usable.length < spec.credentials.length ? undefined : usable;
}

interface OwnChain {
  readonly models: readonly string[];
  readonly targets: readonly OwnTarget[];
}

function ownChains(
  document: ApiKeyDocument,
  providers: ReadonlyMap<string, Provider>,
  context: BuildContext,
): readonly OwnChain[] {
  const { routing } = document.spec;
  const chains = (routing.active ? routing.chains : []).map(({ models, targets }, index) => ({
    models,
    targets: ownTargets(document, `spec.routing.chains[${index}].targets`, targets, context),
  }));
  for (const [index, { targets }] of chains.entries()) {
    for (const { provider, index: position } of targets) {
      if (providers.has(provider)) continue;
      rejectTarget(document, `spec.routing.chains[${index}].targets[${position}]`, provider, context);
    }
  }
  return chains;
}

function keyOf(
  document: ApiKeyDocument,
  sha256: string,
  credentials: readonly string[],
  providers: ReadonlyMap<string, Provider>,
): ApiKey {
  const { id, spec, labels } = document;
  return {
    name: nameOf(document),
    sha256,
    user: spec.owner.user ?? '',
    team: spec.owner.team ?? '',
    project: spec.owner.project ?? '',
    labels: sortedByName(Object.entries(labels).map(([name, value]) => ({ name, value }))),
    allowModels: isEverything(spec.models.allow) ? [] : [...spec.models.allow].sort(),
    denyModels: [...spec.models.deny].sort(),
    ...(spec.expires !== undefined && { expiresAtMs: spec.expires }),
    isEnabled: spec.enabled,
    credentials: credentials.map((provider) => ({
      provider,
      ...credentialHeader(providers.get(provider)?.dialect ?? 'openai'),
      secret: ownCredentialSecret(document, provider),
    })),
    origins: [id],
  };
}

function routeOf(
  document: ApiKeyDocument,
  { models, targets: written }: OwnChain,
  index: number,
  providers: ReadonlyMap<string, Provider>,
  rules: OwnChainRules,
): Route {
  const id = routeId(document, index);
  const targets = chainOf(id, written, (provider) => providers.has(provider));
  return {
    id,
    match: { key: nameOf(document), models: isEverything(models) ? [] : [...models].sort() },
    targets,
    profile: rules.profile.name,
    coolDown: rules.coolDown,
    watchBody: false,
    isPrivateOnly: isPrivateOnly(targets, providers),
    origins: [document.id],
  };
}

function hashOf(document: ApiKeyDocument, context: BuildContext): string | undefined {
  const { secret } = document.spec;
  if ('sha256' in secret) return secret.sha256;
  const value = context.resolve(document, 'spec.secretRef', secret.secretRef);
  if (value === undefined) return undefined;
  if (value.length >= 16) return sha256Hex(value);
  const message = `is a key of ${value.length} characters, which can be guessed`;
  context.reject(document, 'spec.secretRef', message, 'use at least 16 characters, as `sluice keys create` does');
  return undefined;
}

function nameOf({ namespace, name }: ApiKeyDocument): string {
  return qualifiedName(namespace, name);
}

function routeId(document: ApiKeyDocument, index: number): string {
  return `key/${nameOf(document)}/${index}`;
}

function ownCredentialSecret(document: ApiKeyDocument, provider: string): string {
  return `key/${nameOf(document)}/credential/${provider}`;
}

function isEverything(globs: readonly string[]): boolean {
  return globs.includes('*');
}
