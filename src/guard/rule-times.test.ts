import { describe, expect, it } from 'vitest';
import { DecisionDraft } from './decision.ts';
import type { Detector } from './detector.ts';
import { compileGuard } from './guard.ts';
import { Vault } from './redaction/vault.ts';
import type { LocalSpec } from './rule.ts';
import { RuleTimes } from './rule-times.ts';
import { rule } from './testing/rules.ts';

/* A clock that only detectors move: the one of pattern `5` by five milliseconds each time it looks at a text. */
let now = 0;
const clocked = (spec: LocalSpec): Detector => ({
  streaming: spec.kind === 'injection' ? 'whole' : 'incremental',
  leftContext: 0,
  reach: 4,
  scan: () => {
    now += spec.kind === 'regex' ? Number(spec.pattern) : 100;
  },
  hold: ({ length }) => length,
});

const vault = new Vault(new Uint8Array(32), '');
const whole = { kind: 'injection', sensitivity: 'medium', threshold: undefined } as const;
const rules = [
  rule('5'),
  rule('7'),
  rule('again', { pattern: '5' }),
  rule('whole', { detector: whole, action: 'observe' }),
];

function timesOf(look: (times: RuleTimes) => void): Readonly<Record<string, number>> {
  const times = new RuleTimes(() => now);
  look(times);
  return Object.fromEntries([...times.byRule()].map(([{ name }, ms]) => [name, ms]));
}

describe('what rules took', () => {
  it('is the time of the detector of each, also of one that several rules share', () => {
    const guard = compileGuard(rules, 'request', { detectorFor: clocked });
    const taken = timesOf((times) => {
      guard.scan('a text', 'user', vault, undefined, times);
      now += 1_000;
      guard.scan('another', 'system', vault, undefined, times);
    });
    expect(taken).toEqual({ 5: 10, again: 10, 7: 14, whole: 200 });
  });

  it('adds up over the pieces of a stream', () => {
    const buffered = rules.map((each) => ({ ...each, streaming: 'buffer' as const }));
    const guard = compileGuard(buffered, 'response', { detectorFor: clocked });
    const taken = timesOf((times) => {
      const stream = guard.stream('assistant', vault, new DecisionDraft(), undefined, times);
      stream?.push('one ');
      now += 1_000;
      stream?.push('two');
      stream?.end();
    });
    expect(taken).toEqual({ 5: 15, again: 15, 7: 21, whole: 100 });
  });
});
