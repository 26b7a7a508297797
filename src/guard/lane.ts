import type { Candidate } from './candidate.ts';
import { longestChain } from './cluster.ts';
import type { Detector, Finding, Trail } from './detector.ts';
import { type Excerpt, wholeOf } from './excerpt.ts';
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

/** What is searched for findings that begin from `from` on and before `until`. */
export interface Search {
  readonly excerpt: Excerpt;
  readonly from: number;
  readonly until: number;
  /** Name of the JSON member that holds the text. */
  readonly field: string | undefined;
  readonly trail: Trail | undefined;
  readonly into: Candidate[];
}

export function searchOf(text: string, field: string | undefined, into: Candidate[]): Search {
  return { excerpt: wholeOf(text), from: 0, until: text.length, field, trail: undefined, into };
}

/** Holds nothing of a request that was searched before. */
export const noSearch: Search = searchOf('', undefined, []);

/**
 * What the present call to `watch` searches, and for whom: turning what detectors report into candidates must not cost a
 * closure or an object for each of the chunks of thousands of streams.
 */
let present: Search = noSearch;
let interested: readonly RankedRule[] = [];

function collect(finding: Finding): void {
  const { excerpt, until, into } = present;
  const start = finding.start + excerpt.base;
  if (start >= until || finding.end <= finding.start) return;
  const { score, validator } = finding;
  for (const { rule, order, entity = finding.entity } of interested) {
    const end = finding.end + excerpt.base;
    into.push({ start, end, entity, score, validator, rule, order, isRest: false });
  }
}

/** Adds what a detector finds, once for each rule that wants to know it. */
export function watch({ detector, rules }: Watch, search: Search): void {
  const { excerpt, from, field, trail } = search;
  present = search;
  interested = rules;
  try {
    detector.scan(excerpt.text, from - excerpt.base, collect, field, trail);
  } finally {
    present = noSearch;
  }
}
