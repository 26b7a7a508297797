import type { Finding } from '../detector.ts';
import type { EntityInfo, EntityOptions } from '../entity.ts';
import { comparable } from '../secrets/allowed.ts';
import type { Attempt } from './attempt.ts';
import { type ContextWords, contextWords, hasContext } from './context.ts';
import type { Match, Matcher } from './match.ts';

/** A matcher together with what the policy says about its entity. */
export interface Recogniser {
  readonly matcher: Matcher;
  /** Place among all: the earlier one wins where two are equally sure. */
  readonly order: number;
  readonly minScore: number;
  readonly allow: ReadonlySet<string>;
  readonly context: ContextWords;
}

const contextBonus = 0.35;
const leastWithContext = 0.4;

export function recogniserOf(
  matcher: Matcher,
  order: number,
  info: EntityInfo,
  options: EntityOptions,
  minScore: number,
): Recogniser {
  return {
    matcher,
    order,
    minScore: options.minScore ?? minScore,
    allow: new Set(options.allow.map(comparable)),
    context: contextWords([...info.contextWords, ...options.contextWords]),
  };
}

/** What the policy makes of a match. */
export function findingOf(recogniser: Recogniser, attempt: Attempt, start: number, match: Match): Finding | undefined {
  const { end, validator } = match;
  let { score } = match;
  if (match.needsContext || score < 1) {
    if (hasContext(attempt, start, recogniser.context)) {
      score = Math.min(1, Math.max(leastWithContext, score + contextBonus));
    } else if (match.needsContext) return undefined;
  }
  if (score < recogniser.minScore) return undefined;
  if (recogniser.allow.size > 0 && recogniser.allow.has(comparable(attempt.text.slice(start, end)))) return undefined;
  return { start, end, entity: recogniser.matcher.entity, score, validator };
}
