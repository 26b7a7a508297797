import { longestChain } from './cluster.ts';
import type { Detector } from './detector.ts';
import { longestBuffered } from './lane.ts';
import type { GuardRule, Phase } from './rule.ts';
import { windowOverlap, windowSize } from './stream/windowed.ts';

/** How a rule treats a stream. */
export interface RuleExplanation {
  readonly guardrail: string;
  readonly rule: string;
  readonly phase: Phase;
  readonly isRemote: boolean;
  /**
   * `none`: requests are judged when they are complete. `incremental`: text goes out as soon as nothing that follows can
   * matter. `window`: window by window. `buffer`: when it is complete.
   */
  readonly streaming: 'none' | 'incremental' | 'window' | 'buffer';
  /** Characters that the rule holds back at most; 0: it observes, or nothing is streamed. */
  readonly holdBack: number;
  /** Of `window`. */
  readonly window: { readonly size: number; readonly overlap: number } | undefined;
}

/** `detector`: as it is, before it is given windows; undefined: a service is asked. */
export function explainRule(rule: GuardRule, phase: Phase, detector: Detector | undefined): RuleExplanation {
  const streaming = streamingOf(rule, phase, detector);
  return {
    guardrail: rule.guardrail,
    rule: rule.name,
    phase,
    isRemote: detector === undefined,
    streaming,
    holdBack: rule.action === 'observe' ? 0 : holdBackOf(streaming, detector),
    window: streaming === 'window' ? { size: windowSize, overlap: windowOverlap } : undefined,
  };
}

function streamingOf(rule: GuardRule, phase: Phase, detector: Detector | undefined): RuleExplanation['streaming'] {
  if (phase === 'request') return 'none';
  return detector === undefined || detector.streaming === 'whole' ? rule.streaming : 'incremental';
}

function holdBackOf(streaming: RuleExplanation['streaming'], detector: Detector | undefined): number {
  switch (streaming) {
    case 'none':
      return 0;
    case 'buffer':
      return longestBuffered;
    case 'window':
      return windowSize + Math.max(windowSize, longestChain) + 1;
    case 'incremental': {
      const reach = detector?.reach ?? 0;
      return reach + Math.max(reach, longestChain) + 1;
    }
  }
}
