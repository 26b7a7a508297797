import { thresholds } from '../../../src/guard/injection/detector.ts';
import { type InjectionScore, type SignatureHit, scoreInjection } from '../../../src/guard/injection/score.ts';
import type { GuardRule } from '../../../src/guard/rule.ts';
import type { Piece } from './piece.ts';

/** How far a text is from what a rule takes for an injection: the figure that somebody who sets a threshold needs. */
export interface InjectionTrial {
  readonly guardrail: string;
  readonly rule: string;
  readonly threshold: number;
  /** Of the text that scores highest. */
  readonly score: number;
  readonly path: string;
  readonly signatures: readonly SignatureHit[];
}

export function injectionScores(rules: readonly GuardRule[], pieces: readonly Piece[]): readonly InjectionTrial[] {
  const known = new Map<string, InjectionScore>();
  const scoreOf = (text: string): InjectionScore => {
    const score = known.get(text) ?? scoreInjection(text);
    known.set(text, score);
    return score;
  };
  return rules.flatMap(({ guardrail, name: rule, roles, detector }) => {
    if (detector.kind !== 'injection') return [];
    const threshold = detector.threshold ?? thresholds[detector.sensitivity];
    let best: InjectionTrial = { guardrail, rule, threshold, score: 0, path: '', signatures: [] };
    for (const { text, role, path } of pieces) {
      if (roles !== undefined && !roles.has(role)) continue;
      const { score, signatures } = scoreOf(text);
      if (score > best.score) best = { ...best, score, path, signatures };
    }
    return [best];
  });
}
