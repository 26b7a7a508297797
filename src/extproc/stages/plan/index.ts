import { hash32 } from '../../../program/hash32.ts';
import { isUnlisted, type Route, type Target } from '../../../program/program.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { affinityValue } from './affinity.ts';
import { attemptsOf } from './attempts.ts';
import type { CoolDowns } from './cool-downs.ts';
import { orderTargets } from './order-targets.ts';

export interface PlanOptions {
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly coolDowns: CoolDowns;
}

/** The chain of the request: single targets in the order in which they are tried. */
export function plan({ random, now, coolDowns }: PlanOptions): Stage {
  return {
    name: 'plan',
    request(exchange) {
      const { model, key, program } = exchange;
      if (model === undefined || key === undefined) return verdict.proceed;
      const route = isUnlisted(program, model)
        ? program.routes.findOpen(key.name, model.name, exchange)
        : program.routes.find(key.name, model.name, exchange);
      if (route === undefined) {
        const fault = exchange.unsaid?.get(model.name);
        if (fault !== undefined) return exchange.reject(fault, { model: exchange.modelInBody });
        return exchange.reject(model.isOpen ? 'model_not_found' : 'no_target', { model: exchange.modelInBody });
      }
      if (route.closedBy !== '') return exchange.reject('route_closed', { policy: route.closedBy });
      const usable = usableTargets(exchange, route);
      if (usable.length === 0) return rejectEmpty(exchange, route);
      exchange.route = route;
      exchange.targets = attemptsOf(route, usable.length === 1 ? usable : arrange(exchange, route, usable));
      return verdict.proceed;
    },
  };

  function arrange(exchange: Exchange, route: Route, usable: readonly PlannedTarget[]): readonly PlannedTarget[] {
    const affinity = affinityValue(exchange, route.affinityHeader);
    const seed = affinity === undefined ? undefined : hash32(`${exchange.key?.name} ${affinity}`);
    return coolDowns.arrange(orderTargets(usable, seed, random), route.coolDown, now());
  }
}

function usableTargets(exchange: Exchange, route: Route): readonly PlannedTarget[] {
  const { program, onlyProvider } = exchange;
  const dialect = exchange.api?.dialect;
  const usable: PlannedTarget[] = [];
  for (const target of route.targets) {
    if (onlyProvider !== '' && target.provider !== onlyProvider) continue;
    const provider = program.providers.get(target.provider);
    // Gone, or not here yet: the rest of the chain serves.
    if (provider === undefined || provider.dialect !== dialect) continue;
    // The route was private when it was made. A provider that has become public since then must not be reached by it.
    if (route.isPrivateOnly && !provider.isPrivate) continue;
    usable.push({ target, provider });
  }
  return usable;
}

function rejectEmpty(exchange: Exchange, route: Route): Verdict {
  const { onlyProvider, modelInBody } = exchange;
  const meant = route.targets.filter(({ provider }) => onlyProvider === '' || provider === onlyProvider);
  if (onlyProvider !== '' && meant.length === 0) return exchange.reject('model_not_found', { model: modelInBody });
  const family = onlyFamily(exchange, meant);
  // It could be had, by other means: the caller's mistake, and nothing that time heals.
  if (family !== undefined) return exchange.reject('model_of_other_api', { model: modelInBody, family });
  return exchange.reject('no_target', { model: modelInBody });
}

const families = { openai: 'OpenAI', anthropic: 'Anthropic' } as const;

/** The API family that all targets speak, if it is not the caller's. */
function onlyFamily({ program, api }: Exchange, targets: readonly Target[]): string | undefined {
  const dialects = targets.map(({ provider }) => program.providers.get(provider)?.dialect);
  const [first] = dialects;
  if (first === undefined || first === api?.dialect || dialects.some((dialect) => dialect !== first)) return undefined;
  return families[first];
}
