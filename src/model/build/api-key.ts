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
import { ownTargets, permittedProvider } from './own-targets.ts';
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
  const { id, spec } = document;
  const name = qualifiedName(document.namespace, document.name);
  const sha256 = hashOf(document, context);
  if (sha256 === undefined) return undefined;
  const owner = taken.get(sha256);
  if (owner !== undefined) {
    context.reject(
      document,
      'spec',
      `is the same key as ${owner}`,
      'create a key of its own with `sluice keys create`',
    );
    return undefined;
  }
  taken.set(sha256, id);

  const credentials = spec.credentials.flatMap((own, index) => {
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
    context.keep({ name: ownCredentialSecret(name, provider), kind: 'opaque', value });
    return [{ provider }];
  });
  // A key that brings its own credential must never spend from the gateway's account because its own is missing.
  if (credentials.length < spec.credentials.length) return undefined;

  const chains = (spec.routing.active ? spec.routing.chains : []).map((chain, index) => ({
    models: chain.models,
    targets: ownTargets(document, `spec.routing.chains[${index}].targets`, chain.targets, context),
  }));
  for (const [index, chain] of chains.entries()) {
    for (const [position, target] of chain.targets.entries()) {
      if (providers.has(target.provider)) continue;
      rejectTarget(document, `spec.routing.chains[${index}].targets[${position}]`, target.provider, context);
    }
  }
  const signature = [
    sha256,
    ...credentials.map((own) => `${own.provider}=${providers.get(own.provider)?.dialect}`),
    ...chains.map((chain) => chainSignature(chain.targets, providers)),
    rules.profile.name,
  ].join(';');
  return memo(document, 'key', signature, () => ({
    key: {
      name,
      sha256,
      user: spec.owner.user ?? '',
      team: spec.owner.team ?? '',
      project: spec.owner.project ?? '',
      labels: sortedByName(Object.entries(document.labels).map(([label, value]) => ({ name: label, value }))),
      allowModels: isEverything(spec.models.allow) ? [] : [...spec.models.allow].sort(),
      denyModels: [...spec.models.deny].sort(),
      ...(spec.expires !== undefined && { expiresAtMs: spec.expires }),
      isEnabled: spec.enabled,
      credentials: credentials.map((own) => ({
        provider: own.provider,
        ...credentialHeader(providers.get(own.provider)?.dialect ?? 'openai'),
        secret: ownCredentialSecret(name, own.provider),
      })),
      origins: [id],
    },
    routes: chains.map((chain, index) => {
      const routeId = `key/${name}/${index}`;
      const targets = chainOf(routeId, chain.targets, (provider) => providers.has(provider));
      return {
        id: routeId,
        match: { key: name, models: isEverything(chain.models) ? [] : [...chain.models].sort() },
        targets,
        profile: rules.profile.name,
        coolDown: rules.coolDown,
        watchBody: false,
        isPrivateOnly: isPrivateOnly(targets, providers),
        origins: [id],
      };
    }),
    pricings: chains.flatMap((chain, index) => pricingsOfChain(`key/${name}/${index}`, chain.targets, [id])),
  }));
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

function ownCredentialSecret(key: string, provider: string): string {
  return `key/${key}/credential/${provider}`;
}

function isEverything(globs: readonly string[]): boolean {
  return globs.includes('*');
}
