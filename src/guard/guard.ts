import type { Detector } from './detector.ts';
import { explainRule, type RuleExplanation } from './explain.ts';
import { type Judgement, judge } from './judge.ts';
import { type Lane, laneOf, type RankedRule, type Watch } from './lane.ts';
import type { Vault } from './redaction/vault.ts';
import { type GuardRule, isLocal, type LocalSpec, type Phase, type TextRole, textRoles } from './rule.ts';
import type { RuleTimes } from './rule-times.ts';
import { specKey } from './spec-key.ts';
import { type FindingSink, GuardStream } from './stream/guard-stream.ts';
import { windowed } from './stream/windowed.ts';

export interface GuardContext {
  /** Called once for each distinct spec of a guard. Whoever shares detectors between guards keeps them by `specKey`. */
  readonly detectorFor: (spec: LocalSpec) => Detector;
}

/** What applies to one phase of a request. Compiled once for each distinct set of rules, shared by all requests. */
export interface Guard {
  readonly phase: Phase;
  /** Those of this phase, in order. */
  readonly rules: readonly GuardRule[];
  /** Whether local rules look at texts of this role. */
  watches(role: TextRole): boolean;
  /** Rules that ask a service about texts of this role. The stage asks; see `RemoteJudge`. */
  remoteRules(role: TextRole): readonly GuardRule[];
  /** By the local rules. `field`: name of the JSON member that holds the text. `times`: where to note what rules took. */
  scan(text: string, role: TextRole, vault: Vault, field?: string, times?: RuleTimes): Judgement;
  /** The same for a text that comes in pieces; undefined: no local rule looks at this role, and nothing is to be held. */
  stream(role: TextRole, vault: Vault, sink: FindingSink, field?: string, times?: RuleTimes): GuardStream | undefined;
  explain(): readonly RuleExplanation[];
}

export function compileGuard(rules: readonly GuardRule[], phase: Phase, context: GuardContext): Guard {
  const ofPhase = rules.filter((rule) => (phase === 'request' ? rule.onRequest : rule.onResponse));
  const detectors = new Map<string, Detector>();
  const plainOf = (spec: LocalSpec): KeyedDetector =>
    detectorIn(detectors, specKey(spec), () => context.detectorFor(spec));
  const detectorOf: DetectorOf = (rule, spec) => {
    const plain = plainOf(spec);
    if (phase === 'request' || rule.streaming === 'buffer' || plain.detector.streaming !== 'whole') return plain;
    return detectorIn(detectors, `windows of ${plain.key}`, () => windowed(plain.detector));
  };
  const lanes = lanesOf(ofPhase, detectorOf);
  return {
    phase,
    rules: ofPhase,
    watches: (role) => lanes.has(role),
    remoteRules: (role) => ofPhase.filter((rule) => !isLocal(rule.detector) && isFor(rule, role)),
    scan(text, role, vault, field, times) {
      const lane = lanes.get(role);
      if (lane === undefined || text === '') return untouched(text);
      return judge(lane, text, { vault, phase }, field, times);
    },
    stream(role, vault, sink, field, times) {
      const lane = lanes.get(role);
      return lane && new GuardStream(lane, { vault, phase }, sink, field, times);
    },
    explain: () =>
      ofPhase.map((rule) =>
        explainRule(rule, phase, isLocal(rule.detector) ? plainOf(rule.detector).detector : undefined),
      ),
  };
}

function untouched(text: string): Judgement {
  return { verdict: 'allow', findings: [], blockedBy: undefined, redactedText: text };
}

interface KeyedDetector {
  readonly key: string;
  readonly detector: Detector;
}

type DetectorOf = (rule: GuardRule, spec: LocalSpec) => KeyedDetector;

function detectorIn(known: Map<string, Detector>, key: string, create: () => Detector): KeyedDetector {
  const detector = known.get(key) ?? create();
  known.set(key, detector);
  return { key, detector };
}

/** Keywords and patterns have no names of their own, and those of equal lists are found by one detector: rules name them. */
function rankedRule(rule: GuardRule, order: number): RankedRule {
  const isNamed = rule.detector.kind !== 'keywords' && rule.detector.kind !== 'regex';
  return { rule, order, entity: isNamed ? undefined : rule.name };
}

function isFor(rule: GuardRule, role: TextRole): boolean {
  return rule.roles === undefined || rule.roles.has(role);
}

/** Roles with the same rules share a lane; roles without any have none. */
function lanesOf(rules: readonly GuardRule[], detectorOf: DetectorOf): ReadonlyMap<TextRole, Lane> {
  const lanes = new Map<TextRole, Lane>();
  const byRules = new Map<string, Lane>();
  for (const role of textRoles) {
    const ranked = rules.map(rankedRule).filter(({ rule }) => isFor(rule, role));
    const watches = watchesOf(ranked, detectorOf);
    if (watches.length === 0) continue;
    const key = ranked.map(({ order }) => order).join();
    const lane = byRules.get(key) ?? laneOf(watches);
    byRules.set(key, lane);
    lanes.set(role, lane);
  }
  return lanes;
}

function watchesOf(rules: readonly RankedRule[], detectorOf: DetectorOf): readonly Watch[] {
  const byDetector = new Map<string, { detector: Detector; rules: RankedRule[] }>();
  for (const ranked of rules) {
    const { rule } = ranked;
    if (!isLocal(rule.detector)) continue;
    const { key, detector } = detectorOf(rule, rule.detector);
    const watched = byDetector.get(key);
    if (watched === undefined) byDetector.set(key, { detector, rules: [ranked] });
    else watched.rules.push(ranked);
  }
  return [...byDetector.values()].map((watched) => ({
    ...watched,
    isEnforcing: watched.rules.some(({ rule }) => rule.action !== 'observe'),
  }));
}
