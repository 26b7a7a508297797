import { describe, expect, it } from 'vitest';
import { seededRandom } from '../lib/testing/random.ts';
import { compileGuard } from './guard.ts';
import { localDetector, sharedDetectors } from './local-detector.ts';
import { Vault } from './redaction/vault.ts';
import type { GuardRule, LocalSpec } from './rule.ts';
import { cut, rule, style } from './testing/rules.ts';

const secrets: LocalSpec = { kind: 'secrets', entities: undefined, except: [], minScore: 0.5, options: new Map() };
const pieces = [
  'The Project Falcon rollout ',
  'ｐｒｏｊｅｃｔ fal\u200bcon ',
  'TCK-123456 ',
  'TCK-12',
  `ghp_${'a1B2c3D4e5'.repeat(3)}x9Y8z7 `,
  'AKIAIOSFODNN7QWERTYU ',
  'password = "h7Gx!29dkQz" ',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq8\n',
  '-----END RSA PRIVATE KEY-----\n',
  'postgres://ana:s3cr3tpw9@db.example.org/x ',
  'and 😀 then\n',
  'projects ',
];

const rules: readonly GuardRule[] = [
  rule('names', { detector: { kind: 'keywords', words: ['project falcon'] } }),
  rule('tickets', { pattern: '\\bTCK-\\d{6}\\b', redaction: style('label') }),
  rule('secrets', { detector: secrets, redaction: style('mask', 2) }),
  rule('words', { pattern: '[a-z]+ (rollout|then)', action: 'observe' }),
];

describe('real detectors', () => {
  it('find in a stream what they find in the whole text, however it is cut', () => {
    const guard = compileGuard(rules, 'response', { detectorFor: localDetector });
    const vault = new Vault(new Uint8Array(32), 'c1');
    const random = seededRandom(23).below;
    for (let round = 0; round < 60; round++) {
      const text = Array.from({ length: random(9) }, () => pieces[random(pieces.length)]).join('');
      const field = random(3) === 0 ? 'password' : undefined;
      const whole = guard.scan(text, 'toolInput', vault, field);
      for (const longest of [1, 12]) {
        const found: string[] = [];
        const sink = {
          add: ({ start, end, entity }: { start: number; end: number; entity: string }) =>
            found.push(`${start} ${end} ${entity}`),
          block: () => {},
        };
        const stream = guard.stream('toolInput', vault, sink, field);
        let output = '';
        for (const piece of cut(text, random, longest)) output += stream?.push(piece);
        output += stream?.end();
        expect(output).toBe(whole.redactedText);
        expect(found.sort()).toEqual(
          whole.findings.map(({ start, end, entity }) => `${start} ${end} ${entity}`).sort(),
        );
      }
    }
  });

  it('are called after their rule when they have no names of their own', () => {
    const guard = compileGuard(rules, 'request', { detectorFor: localDetector });
    const vault = new Vault(new Uint8Array(32), 'c1');
    const { findings, redactedText } = guard.scan('Project Falcon TCK-123456', 'user', vault);
    expect(findings.map((finding) => finding.entity)).toEqual(['names', 'tickets']);
    expect(redactedText).toBe('[REDACTED] [TICKETS]');
  });

  it('are built once for equal specs', () => {
    const shared = sharedDetectors();
    expect(shared({ ...secrets, options: new Map() })).toBe(shared(secrets));
    expect(shared({ ...secrets, minScore: 0.6 })).not.toBe(shared(secrets));
  });
});
