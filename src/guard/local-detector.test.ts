import { describe, expect, it } from 'vitest';
import { seededRandom } from '../lib/testing/random.ts';
import { compileGuard } from './guard.ts';
import { localDetector, sharedDetectors } from './local-detector.ts';
import { Vault } from './redaction/vault.ts';
import type { GuardRule, LocalSpec } from './rule.ts';
import { cut, rule, style } from './testing/rules.ts';

type EntitySpec = Extract<LocalSpec, { kind: 'pii' | 'secrets' }>;

const secrets: EntitySpec = { kind: 'secrets', entities: undefined, except: [], minScore: 0.5, options: new Map() };
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

  it('of keywords see through what folding undoes, and through what it does not', () => {
    const detector = localDetector({ kind: 'keywords', words: ['agent 47', 'falcon'] });
    for (const text of [
      'Agent 47',
      'ＡＧＥＮＴ\u200b 47',
      'agent ٤٧',
      'agent 𝟒𝟕',
      'agent &#52;7',
      'f\u0430lcon',
      'fal\u00adcon',
      'f%61lcon',
    ]) {
      const found: string[] = [];
      for (const padded of [text, `سلام\u200cها ${text} 👍🏽`]) {
        detector.scan(padded, 0, ({ start, end }) => found.push(padded.slice(start, end)));
      }
      expect(found, text).toEqual([text, text]);
    }
  });

  it('are called after their rule when they have no names of their own', () => {
    const guard = compileGuard(rules, 'request', { detectorFor: localDetector });
    const vault = new Vault(new Uint8Array(32), 'c1');
    const { findings, redactedText } = guard.scan('Project Falcon TCK-123456', 'user', vault);
    expect(findings.map((finding) => finding.entity)).toEqual(['names', 'tickets']);
    expect(redactedText).toBe('[REDACTED] [TICKETS]');
  });

  it('look for what is looked for by default, less what is excepted, or for what is named', () => {
    const texts = ['4111 1111 1111 1111', 'ana@corp.com', 'host 203.0.113.7', 'tax id 86095742719'];
    const kindsIn = (spec: Partial<EntitySpec>): readonly string[] => {
      const found: string[] = [];
      const detector = localDetector({ ...secrets, kind: 'pii', ...spec });
      for (const text of texts) detector.scan(text, 0, ({ entity }) => found.push(entity));
      return found;
    };
    expect(kindsIn({})).toEqual(['CREDIT_CARD', 'EMAIL_ADDRESS']);
    expect(kindsIn({ except: ['EMAIL_ADDRESS'] })).toEqual(['CREDIT_CARD']);
    expect(kindsIn({ entities: ['IP_ADDRESS', 'DE_TAX_ID', 'aws-access-key-id'] })).toEqual([
      'IP_ADDRESS',
      'DE_TAX_ID',
    ]);
    const options = new Map([
      ['CREDIT_CARD', { minScore: undefined, allow: [texts[0] ?? ''], deny: [], contextWords: [] }],
    ]);
    expect(kindsIn({ options })).toEqual(['EMAIL_ADDRESS']);
  });

  it('are built once for equal specs', () => {
    const shared = sharedDetectors();
    expect(shared({ ...secrets, options: new Map() })).toBe(shared(secrets));
    expect(shared({ ...secrets, minScore: 0.6 })).not.toBe(shared(secrets));
  });
});
