import { compileGuard, type Guard } from '../../../guard/guard.ts';
import { sharedDetectors } from '../../../guard/local-detector.ts';
import { type GuardRule, isLocal } from '../../../guard/rule.ts';
import type { Guardrail } from '../../../program/guardrail.ts';

/** What all guardrails of a request come to. */
export interface Guards {
  readonly guardrails: readonly { readonly name: string; readonly version: string }[];
  readonly request: Guard;
  readonly response: Guard;
  /** Some rule makes hashes or tokens, for which a secret of the tenant is needed. */
  readonly needsSecret: boolean;
  /** Something may be changed or refused: what cannot be looked at must not pass. */
  readonly isEnforcing: boolean;
  /**
   * How services that may change something are asked about streamed answers: when they are complete if one of the rules
   * says so; undefined: not.
   */
  readonly streamedToServices: 'buffer' | 'window' | undefined;
}

/** Sets of guardrails that are kept compiled. Each scope of the policy makes a few. */
const mostSets = 512;

/** Compiles each set of guardrails once, however often the program around them changes. */
export function createGuards(): (guardrails: readonly Guardrail[]) => Guards {
  const detectorFor = sharedDetectors();
  const known = new Map<string, Guards>();
  return (guardrails) => {
    const id = setId(guardrails);
    let guards = known.get(id);
    if (guards === undefined) {
      guards = compile(guardrails, detectorFor);
      const [oldest] = known.keys();
      if (known.size >= mostSets && oldest !== undefined) known.delete(oldest);
      known.set(id, guards);
    }
    return guards;
  };
}

function setId(guardrails: readonly Guardrail[]): string {
  let id = '';
  for (const { name, version } of guardrails) id += `${name}@${version} `;
  return id;
}

function compile(
  guardrails: readonly Guardrail[],
  detectorFor: Parameters<typeof compileGuard>[2]['detectorFor'],
): Guards {
  const rules = guardrails.flatMap(rulesOf);
  const styles = rules.flatMap((rule) =>
    [rule.redaction, ...rule.redactionByEntity.values()].map(({ style }) => style),
  );
  const response = compileGuard(rules, 'response', { detectorFor });
  return {
    guardrails: guardrails.map(({ name, version }) => ({ name, version })),
    request: compileGuard(rules, 'request', { detectorFor }),
    response,
    needsSecret: styles.some((style) => style === 'hash' || style === 'reversible'),
    isEnforcing: rules.some(({ action }) => action !== 'observe'),
    streamedToServices: streamedTo(
      response.rules.filter(({ detector, action }) => !isLocal(detector) && action !== 'observe'),
    ),
  };
}

function streamedTo(rules: readonly GuardRule[]): Guards['streamedToServices'] {
  if (rules.length === 0) return undefined;
  return rules.some(({ streaming }) => streaming === 'buffer') ? 'buffer' : 'window';
}

function rulesOf(guardrail: Guardrail): readonly GuardRule[] {
  return guardrail.rules.map((rule) => ({
    ...rule,
    guardrail: guardrail.name,
    action: guardrail.isObserving ? 'observe' : rule.action,
  }));
}
