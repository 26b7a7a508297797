import type { Finding } from '../detector.ts';
import type { EntityOptions } from '../entity.ts';
import { comparable } from '../secrets/allowed.ts';
import { type Attempt, contextOf } from './attempt.ts';
import type { ContextPlace } from './context.ts';
import type { Match } from './match.ts';

/** What recognises an entity, together with what the policy says about it. */
export interface Recogniser<Kind extends Recognising> {
  readonly kind: Kind;
  /** Place among all: the earlier one wins where two are equally sure. */
  readonly order: number;
  readonly minScore: number;
  readonly allow: ReadonlySet<string>;
  readonly context: ContextPlace;
}

interface Recognising {
  readonly entity: string;
}

const contextBonus = 0.35;
const leastWithContext = 0.4;

export function recogniserOf<Kind extends Recognising>(
  kind: Kind,
  order: number,
  context: ContextPlace,
  options: EntityOptions,
  minScore: number,
): Recogniser<Kind> {
  return {
    kind,
    order,
    minScore: options.minScore ?? minScore,
    allow: new Set(options.allow.map(comparable)),
    context,
  };
}

/** What the policy makes of a match. */
export function findingOf(
  recogniser: Recogniser<Recognising>,
  attempt: Attempt,
  start: number,
  match: Match,
): Finding | undefined {
  const { end, validator } = match;
  let { score } = match;
  if (match.needsContext || score < 1) {
    if (contextOf(attempt).has(start, recogniser.context)) {
      score = Math.min(1, Math.max(leastWithContext, score + contextBonus));
    } else if (match.needsContext) return undefined;
  }
  if (score < recogniser.minScore) return undefined;
  if (recogniser.allow.size > 0 && recogniser.allow.has(comparable(attempt.text.slice(start, end)))) return undefined;
  return { start, end, entity: recogniser.kind.entity, score, validator };
}
