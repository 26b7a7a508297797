import type { ModelDocument } from '../../policy/document.ts';
import type { LogicalModel } from '../logical-model.ts';
import type { Pricing } from '../pricing.ts';
import type { Provider } from '../provider.ts';
import type { RetryProfile, Route } from '../route.ts';
import type { BuildContext } from './context.ts';
import { memo } from './memo.ts';
import { warnOfMixedChain } from './mixed-chain.ts';
import { ownTargets } from './own-targets.ts';
import { buildPricing, pricingsOfChain } from './pricing.ts';
import { chainOf, chainSignature, isPrivateOnly, processorRules, retryProfile } from './route.ts';

export interface BuiltModel {
  readonly model: LogicalModel;
  readonly route: Route;
  readonly profile: RetryProfile;
  /** Of the model, and of targets that have their own. */
  readonly pricings: readonly Pricing[];
}

/**
 * A logical model with the chain behind it. `taken` says which document has a name already: names and aliases share
 * one space, because callers write both into the same field.
 */
export function buildModelDocument(
  document: ModelDocument,
  providers: ReadonlyMap<string, Provider>,
  taken: Map<string, string>,
  context: BuildContext,
): BuiltModel | undefined {
  const { id, spec } = document;
  const chain = ownTargets(document, 'spec.targets', spec.targets, context);
  if (!spec.enabled) return undefined;
  const owner = taken.get(spec.name);
  if (owner !== undefined) {
    context.reject(document, 'spec.name', `"${spec.name}" is taken by ${owner}`, 'give one of them another name');
    return undefined;
  }
  taken.set(spec.name, id);
  const aliases = spec.aliases.filter((alias, index) => {
    const other = taken.get(alias);
    if (other === undefined) taken.set(alias, id);
    else
      context.reject(document, `spec.aliases[${index}]`, `"${alias}" is taken by ${other}`, 'remove it here or there');
    return other === undefined;
  });
  for (const { provider, index } of chain) {
    if (!providers.has(provider)) rejectTarget(document, `spec.targets[${index}]`, provider, context);
  }
  warnOfMixedChain(document, chain, providers, context);
  return memo(document, 'model', `${aliases.join()};${chainSignature(chain, providers)}`, () => {
    const routeId = `model/${spec.name}`;
    const targets = chainOf(routeId, chain, (provider) => providers.has(provider));
    const profile = retryProfile(spec.retry);
    return {
      model: {
        name: spec.name,
        aliases: [...aliases].sort(),
        isListed: spec.listed,
        ...(spec.limits.contextWindow !== undefined && { contextWindow: spec.limits.contextWindow }),
        ...(spec.limits.maxOutput !== undefined && { maxOutput: spec.limits.maxOutput }),
        origins: [id],
      },
      route: {
        id: routeId,
        match: { models: [spec.name] },
        targets,
        profile: profile.name,
        ...processorRules(spec.retry),
        isPrivateOnly: isPrivateOnly(targets, providers),
        origins: [id],
      },
      profile,
      pricings: [
        ...(spec.pricing ? [buildPricing(spec.name, spec.pricing, [id])] : []),
        ...pricingsOfChain(routeId, chain, [id]),
      ],
    };
  });
}

/** The rest of the chain stays in force: a provider that is gone must not take every model with it. */
export function rejectTarget(
  document: Parameters<BuildContext['reject']>[0],
  path: string,
  provider: string,
  context: BuildContext,
): void {
  const message = `provider "${provider}" does not exist or is not usable, so this target is left out`;
  context.reject(
    document,
    `${path}.provider`,
    message,
    'add that Provider, mend it, or remove the target',
    'ProviderNotFound',
  );
}
