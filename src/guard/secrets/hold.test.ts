import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import type { Finding } from '../detector.ts';
import { type EntityOptions, plainOptions } from '../entity.ts';
import { secretEntities } from './entities.ts';
import { secretsDetector } from './index.ts';
import { pem, plant, samples } from './testing/samples.ts';

const odd: EntityOptions = { ...plainOptions, deny: ['Project Falcon'], contextWords: ['staging'] };
const detector = secretsDetector({
  entities: new Map(secretEntities.map(({ name }) => [name, name === 'generic-api-key' ? odd : plainOptions])),
  minScore: 0.5,
});

function scan(text: string, from = 0, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  detector.scan(text, from, (finding) => findings.push(finding), field);
  return findings;
}

const prose = [
  'The answer is as follows: ask Nora, ',
  'and a task in Asia. ',
  'no token is needed ',
  'password = ',
  'is ',
  'sk-',
  '\n',
  'see https://docs.test/a?b=c#d ',
  '"key": "',
  '", ',
  'project fal-',
  'Project Falcon',
  'AKIA',
  '-----BEGIN ',
  ' eyJhb',
  'api_key:',
  '-----BEGIN PRIVATE KEY----- ',
  'deadbeef-us',
  '\\n',
  'Bearer ',
  'é',
  '2024-11',
  ': ',
  '🙂',
  'postgres://a:',
  'staging ',
  'xox',
  'curl -s -u ana:',
  ' -u ana:',
  'mysql -u root -p',
  ' -p',
  'docker login -p ',
  'password "',
  '--password ',
  'setPassword("',
  'DB_PASSWORD", "value": "',
  'password has been set to ',
  "auth=('ana', '",
  'hunter2',
  'Hx7Gq29dkQz',
  '密码：',
  '\u212A',
];
const names = Object.keys(samples);

function piece(random: Random): string {
  const kind = random.below(5);
  if (kind > 2) return prose[random.below(prose.length)] ?? '';
  const { text } = plant(samples[names[random.below(names.length)] ?? '']?.(random) ?? '');
  // Cut somewhere, a secret is a look-alike of itself, or still enough of one.
  if (kind === 1) return text.slice(0, random.below(text.length));
  return kind === 2 ? text.slice(random.below(text.length)) : text;
}

function someText(random: Random): string {
  let text = '';
  for (let count = 2 + random.below(5); count > 0; count -= 1)
    text += piece(random) + (random.below(2) === 0 ? ' ' : '');
  return text;
}

describe('what is let go', () => {
  it('is decided, whatever follows: the contract of a detector, word for word', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 700; round += 1) {
      const whole = someText(random);
      const field = random.below(4) === 0 ? 'db_password' : undefined;
      const inWhole = scan(whole, 0, field);
      for (let cuts = 0; cuts < 8; cuts += 1) {
        const part = whole.slice(0, random.below(whole.length + 1));
        const from = random.below(3) === 0 ? random.below(part.length + 1) : 0;
        const held = detector.hold(part, from, field);
        const before = (finding: Finding): boolean => finding.start >= from && finding.start < held;
        const expected = inWhole.filter(before);
        expect(scan(part, from, field).filter(before), `${part}§${whole.slice(part.length)}`).toEqual(expected);
        expect(
          expected.every((finding) => finding.end <= held),
          `${part}§${whole.slice(part.length)}`,
        ).toBe(true);
        expect(held).toBeGreaterThanOrEqual(from);
        expect(held).toBeLessThanOrEqual(part.length);
      }
    }
  });

  it('says nothing about the same text in another field, or from another position', () => {
    const text = 'hunter2Zq8v!kWx and AKIA';
    const value = scan(text, 0, 'db_password');
    expect(value).toHaveLength(1);
    detector.hold(text, 0);
    expect(scan(text, 0, 'db_password')).toEqual(value);
    detector.hold(text, 0);
    expect(scan(text, 0)).toEqual([]);
    const secret = `${samples['github-token']?.(seededRandom(3))} is it`;
    const found = scan(secret);
    expect(found).toHaveLength(1);
    detector.hold(secret, secret.length);
    expect(scan(secret)).toEqual(found);
  });

  it('needs no more before it than the left context', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 700; round += 1) {
      const whole = someText(random);
      const all = scan(whole);
      for (let cuts = 0; cuts < 8; cuts += 1) {
        const from = random.below(whole.length + 1);
        const cut = Math.max(0, from - detector.leftContext);
        const moved = scan(whole.slice(cut), from - cut).map((item) => ({
          ...item,
          start: item.start + cut,
          end: item.end + cut,
        }));
        expect(moved, `${from}: ${whole}`).toEqual(all.filter((finding) => finding.start >= from));
      }
    }
  });

  it('gives for a stream, one character at a time, what the whole text gives', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 25; round += 1) {
      const whole = someText(random).slice(0, 700);
      const streamed: Finding[] = [];
      let from = 0;
      for (let length = 1; length <= whole.length; length += 1) {
        const part = whole.slice(0, length);
        const held = detector.hold(part, from);
        streamed.push(...scan(part, from).filter((finding) => finding.start < held));
        from = held;
      }
      streamed.push(...scan(whole, from));
      expect(streamed, whole).toEqual(scan(whole));
    }
  });

  it.each([
    ['Here is the plan for the next week', 0],
    ['Asia is large and we like it', 0],
    ['no password is needed, ', 0],
    ['we set the token', 0],
    ['password = ', 0],
    ['Sure! I can help with that, and', 0],
    ['see gh', 2],
    ['key AKIA', 4],
    ['say -----BEGIN', 10],
    ['a eyJhbGciOiJIUzI1NiJ9', 20],
    ['password = "abcd', 4],
  ])('%s holds %i characters', (text, count) => {
    expect(text.length - detector.hold(text, 0)).toBe(count);
  });
});

describe('a private key', () => {
  const random = seededRandom(4);

  it('is held from its first marker and is one finding to its last', () => {
    const key = pem(random, 'OPENSSH ', 30);
    const text = `Here it is:\n${key}\nkeep it safe.`;
    expect(scan(text).map(({ start, end }) => text.slice(start, end))).toEqual([key]);
    for (let length = 13; length < 12 + key.length; length += 7)
      expect(detector.hold(text.slice(0, length), 0)).toBe(12);
  });

  it('may have header lines and escaped line ends', () => {
    const key = pem(random).replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C\n\n');
    expect(scan(key)).toMatchObject([{ start: 0, end: key.length, validator: 'pem' }]);
    const escaped = `{"private_key": "${pem(random).replaceAll('\n', '\\n')}\\n"}`;
    expect(scan(escaped)).toMatchObject([{ start: 17, end: escaped.length - 4 }]);
  });

  it('without an end marker goes as far as its lines', () => {
    const key = pem(random).split('-----END')[0]?.trimEnd() ?? '';
    expect(scan(`${key}"} and more`)).toMatchObject([{ start: 0, end: key.length }]);
  });

  it('is cut at the bound, and nothing before that is let go', () => {
    const key = pem(random, '', 700);
    const [found] = scan(key);
    expect(found).toMatchObject({ start: 0, end: 32_768 });
    expect(detector.hold(key.slice(0, 32_000), 0)).toBe(0);
    expect(found?.end).toBeLessThanOrEqual(detector.reach);
  });
});
