import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { entities } from '../catalogue.ts';
import type { RuleFinding } from '../decision.ts';
import { compileGuard } from '../guard.ts';
import { localDetector } from '../local-detector.ts';
import { someText } from '../pii/testdata/some-text.ts';
import { Vault } from '../redaction/vault.ts';
import type { LocalSpec } from '../rule.ts';
import { plant, samples } from '../secrets/testing/samples.ts';
import { rule } from '../testing/rules.ts';

/* Detectors remember how far they have searched a stream. What they find must not depend on it. */

const chosen = (family: 'pii' | 'secret') => ({
  entities: entities.filter((entity) => entity.family === family).map(({ name }) => name),
  except: [],
  minScore: 0.3,
  options: new Map(),
});
const specs: readonly LocalSpec[] = [
  { kind: 'pii', ...chosen('pii') },
  { kind: 'secrets', ...chosen('secret') },
  { kind: 'keywords', words: ['project falcon', 'ana', 'no token'] },
  { kind: 'regex', pattern: '[a-z]+[0-9]{2,}', isCaseInsensitive: false },
];

const vault = new Vault(new Uint8Array(32), '');
const detectors = new Map<LocalSpec, ReturnType<typeof localDetector>>();
const guardOf = (spec: LocalSpec) =>
  compileGuard([rule('r', { detector: spec })], 'response', {
    detectorFor: (of) => {
      const detector = detectors.get(of) ?? localDetector(of);
      detectors.set(of, detector);
      return detector;
    },
  });

const between = [
  'the answer is ',
  'password = ',
  'Project-Falcon ',
  'api_key: "',
  '", ',
  '\n',
  'ana is ',
  'token ',
  ' ',
];

function anyText(random: ReturnType<typeof seededRandom>): string {
  const names = Object.keys(samples);
  return Array.from({ length: 1 + random.below(8) }, () => {
    if (random.below(3) === 0) return someText(random);
    if (random.below(2) === 0) return between[random.below(between.length)] ?? '';
    return plant(samples[names[random.below(names.length)] ?? '']?.(random) ?? '').text;
  }).join('');
}

const row = ({ start, end, entity, score }: RuleFinding): string => `${start} ${end} ${entity} ${score}`;

describe.each(specs.map((spec) => [spec.kind, spec] as const))('a stream searched for %s', (_, spec) => {
  it('brings what the whole text brings, in pieces of any length', () => {
    const guard = guardOf(spec);
    const random = seededRandom(5);
    let findings = 0;
    for (let round = 0; round < 250; round += 1) {
      const text = anyText(random);
      const whole = guard.scan(text, 'assistant', vault);
      findings += whole.findings.length;
      const longest = [1, 4, 12, 60][round % 4] ?? 1;
      const found: RuleFinding[] = [];
      const stream = guard.stream('assistant', vault, { add: (finding) => found.push(finding), block: () => {} });
      let output = '';
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + random.below(longest);
        output += stream?.push(text.slice(at, end)) ?? '';
        at = end;
      }
      output += stream?.end() ?? '';
      expect(output, JSON.stringify(text)).toBe(whole.redactedText);
      expect(found.map(row).sort(), JSON.stringify(text)).toEqual(whole.findings.map(row).sort());
    }
    expect(findings).toBeGreaterThan(30);
  });
});
