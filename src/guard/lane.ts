import type { Candidate } from './candidate.ts';
import { longestChain } from './cluster.ts';
import type { Detector, Finding, Trail } from './detector.ts';
import type { GuardRule } from './rule.ts';

/** A detector and the rules that want to know what it finds. */
export interface Watch {
  readonly detector: Detector;
  readonly rules: readonly RankedRule[];
  /** One of the rules redacts or blocks, so that text has to wait for the detector. */
  readonly isEnforcing: boolean;
}

export interface RankedRule {
  readonly rule: GuardRule;
  /** Place among all rules. */
  readonly order: number;
  /** What its findings are called; undefined: as the detector calls them. */
  readonly entity: string | undefined;
}

/** Everything that looks at the texts of one role. Compiled once, shared by all requests. */
export interface Lane {
  /** Work piece by piece. */
  readonly incremental: readonly Watch[];
  /** Want the text as a whole. */
  readonly whole: readonly Watch[];
  /** One of `whole` is enforcing: nothing goes out before the end. */
  readonly isBuffering: boolean;
  readonly leftContext: number;
  /** Characters of a stream that are held back at most, when nothing is buffered. */
  readonly holdBack: number;
}

/** Characters of one streamed text that are kept for rules that want the whole of it. */
export const longestBuffered = 1024 * 1024;

export function laneOf(watches: readonly Watch[]): Lane {
  const incremental = watches.filter((watch) => watch.detector.streaming === 'incremental');
  const whole = watches.filter((watch) => watch.detector.streaming === 'whole');
  return {
    incremental,
    whole,
    isBuffering: whole.some((watch) => watch.isEnforcing),
    leftContext: Math.max(0, ...incremental.map((watch) => watch.detector.leftContext)),
    holdBack: holdBackOf(incremental.filter((watch) => watch.isEnforcing).map((watch) => watch.detector)),
  };
}

/** From where on a text is needed to go on at `at`: not far before, save for texts that are written otherwise. */
export function contextStart({ incremental, leftContext }: Lane, text: string, at: number): number {
  let start = at - leftContext;
  for (const { detector } of incremental) {
    if (detector.contextStart !== undefined) start = Math.min(start, detector.contextStart(text, at));
  }
  return start;
}

/** The longest open finding, before it a cluster that it may belong to, and half a surrogate pair. */
function holdBackOf(detectors: readonly Detector[]): number {
  const reach = Math.max(0, ...detectors.map((detector) => detector.reach));
  return reach === 0 ? 0 : reach + Math.max(reach, longestChain) + 1;
}

/**
 * Turns what detectors report into candidates. One for all, filled and emptied within one synchronous call: a closure or
 * an object for each of the chunks of thousands of streams would cost more than the scanning.
 */
const collector: { rules: readonly RankedRule[]; base: number; until: number; into: Candidate[] } = {
  rules: [],
  base: 0,
  until: 0,
  into: [],
};

function collect(finding: Finding): void {
  const start = finding.start + collector.base;
  if (start >= collector.until || finding.end <= finding.start) return;
  const { score, validator } = finding;
  for (const { rule, order, entity = finding.entity } of collector.rules) {
    const end = finding.end + collector.base;
    collector.into.push({ start, end, entity, score, validator, rule, order, isRest: false });
  }
}

/** Adds what a detector finds from `from` on and before `until`. All positions but those of `text` count from `base`. */
export function watch(
  watched: Watch,
  text: string,
  base: number,
  from: number,
  until: number,
  into: Candidate[],
  field: string | undefined,
  trail?: Trail,
): void {
  collector.rules = watched.rules;
  collector.base = base;
  collector.until = until;
  collector.into = into;
  try {
    watched.detector.scan(text, from - base, collect, field, trail);
  } finally {
    collector.into = discarded;
  }
}

/** Lets go of the request that was scanned last. */
const discarded: Candidate[] = [];
