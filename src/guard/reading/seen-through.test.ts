import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../lib/testing/cpu-time.ts';
import { seededRandom } from '../../lib/testing/random.ts';
import type { Detector, Finding } from '../detector.ts';
import { compileGuard } from '../guard.ts';
import { localDetector } from '../local-detector.ts';
import { someText } from '../pii/testdata/some-text.ts';
import { Vault } from '../redaction/vault.ts';
import type { LocalSpec } from '../rule.ts';
import { pem, plant, samples } from '../secrets/testing/samples.ts';
import { cut, rule, style } from '../testing/rules.ts';
import { someOtherwise, spellingsOf, writtenAs } from './testing/spellings.ts';

const everything = { entities: undefined, except: [], minScore: 0.5, options: new Map() } as const;
const specs = {
  pii: { kind: 'pii', ...everything },
  secrets: { kind: 'secrets', ...everything },
  keywords: { kind: 'keywords', words: ['project falcon', 'card', 'corp', 'C++'] },
} as const satisfies Readonly<Record<string, LocalSpec>>;
const detectors = Object.entries(specs).map(([name, spec]) => [name, localDetector(spec)] as const);

function scan(detector: Detector, text: string, from = 0, field?: string): readonly Finding[] {
  const findings: Finding[] = [];
  detector.scan(text, from, (finding) => findings.push(finding), field);
  return findings;
}

function found(kind: keyof typeof specs, text: string): readonly (readonly [string, string])[] {
  return scan(localDetector(specs[kind]), text).map(({ entity, start, end }) => [entity, text.slice(start, end)]);
}

describe.each(Object.entries(spellingsOf))('behind %s', (name, spelling) => {
  const hasDigitsOnly = / digits$/.test(name);
  const values: readonly (readonly [string, string])[] = [
    ['CREDIT_CARD', '4111 1111 1111 1111'],
    ['IBAN_CODE', 'DE89370400440532013000'],
    ['PHONE_NUMBER', '+49 30 901820'],
    ['EMAIL_ADDRESS', 'ana.b@corp.org'],
  ];
  const shown = hasDigitsOnly ? values.filter(([entity]) => entity !== 'EMAIL_ADDRESS') : values;

  it.each(shown)('%s is found at its place', (entity, value) => {
    const written = writtenAs(value, spelling);
    const text = `Please note: ${written}, and thank you.`;
    const [only, ...others] = found('pii', text);
    expect(others).toEqual([]);
    expect(only?.[0]).toBe(entity);
    // What is not seen before the first and behind the last character belongs to nobody.
    expect(written).toContain(only?.[1] ?? 'nothing');
    expect(written.length - (only?.[1].length ?? 0)).toBeLessThanOrEqual(5);
  });

  it.each(['4111 1111 1111 1112', 'DE89370400440532013001', 'ana.b at corp.org', '4711-0815'])(
    '%s is nothing, as otherwise',
    (value) => {
      expect(found('pii', `Please note: ${writtenAs(value, spelling)}, and thank you.`)).toEqual([]);
    },
  );

  if (hasDigitsOnly) return;

  it('a secret and a keyword are found', () => {
    const { text, start, end } = plant(samples['aws-access-key-id']?.(seededRandom(3)) ?? '');
    expect(found('secrets', `key ${writtenAs(text.slice(start, end), spelling)} .`)).toMatchObject([
      ['aws-access-key-id', expect.anything()],
    ]);
    expect(found('keywords', `the ${writtenAs('project falcon', spelling)} plan`)).toHaveLength(1);
  });
});

describe('what is written otherwise', () => {
  it('is looked at in both ways, since each may hide something from the other', () => {
    expect(found('pii', 'https://ana%40corp:s3cr3tzz@host')).toEqual([
      ['URL_WITH_CREDENTIALS', 'https://ana%40corp:s3cr3tzz@host'],
    ]);
    expect(found('pii', 'q=ana%40corp.org&amp;card=4111111111111111')).toEqual([
      ['EMAIL_ADDRESS', 'ana%40corp.org'],
      ['CREDIT_CARD', '4111111111111111'],
    ]);
  });

  it('is found once, and never cut within an escape', () => {
    expect(found('pii', '{"a": "\\u003cana@corp.org\\u003e"}')).toEqual([['EMAIL_ADDRESS', 'ana@corp.org']]);
    expect(found('pii', 'jose\u0301@corp.org')).toEqual([['EMAIL_ADDRESS', 'jose\u0301@corp.org']]);
  });

  it('includes the words before a number', () => {
    expect(found('pii', 'so\u00adcial se\u00adcurity 536904399')).toEqual([['US_SSN', '536904399']]);
  });

  it.each([
    'See https://docs.test/search?q=a%20b%26c&amp;page=2#%C3%A4 for 100%25 of it, order 4711%2D0815.',
    'Der Preis beträgt 1.234,56 € zzgl. 19 % MwSt.; Artikel-Nr. 4006381333931 – gültig bis 31.12.2026.',
    'Le total est de 1 234,56 € (TVA 20 %), facture n° 2024-0815.',
    'El importe es de 1.234,56 €; pedido nº 20240815-4711.',
    '価格は１２，３４５円です。注文番号：２０２４０８１５。電話は不要です。',
    'المبلغ ١٢٣٤٫٥٦ ريال، رقم الطلب ٢٠٢٤٠٨١٥',
    'قیمت ۱۲۳۴۵ تومان است و می‌شود پرداخت کرد',
    'Steps: 1️⃣ open 2️⃣ check 3️⃣ close ❤️ 👍🏽 4️⃣0️⃣4️⃣',
    'printf("%5d %40s\\n", x); if (a && b) return "\\u00e4\\u00f6"; /* 50%-75% */ var c = "\\x1b[0m";',
    '<p>Tom &amp; Jerry &lt;b&gt; &nbsp;12 &middot; &copy; 2026 &#8211; 15&#37; &rarr; next</p>',
    'x² + y² = z², H₂O, 10⁻⁹ m, see note¹ and note²',
  ])('is nothing in ordinary text: %s', (text) => {
    expect([...found('pii', text), ...found('secrets', text)]).toEqual([]);
  });
});

const rounds = 250;

function textFor(name: string, random: ReturnType<typeof seededRandom>): string {
  const names = Object.keys(samples);
  if (name === 'pii' || random.below(3) === 0) return someOtherwise(someText(random), random);
  const secret = samples[random.pick(names)]?.(random) ?? '';
  return someOtherwise(`Project Falcon's ${plant(secret).text.slice(0, 600)} ${someText(random).slice(0, 80)}`, random);
}

describe.each(detectors)('the detector of %s, seeing through', (name, detector) => {
  it('keeps the contract of a detector, word for word', () => {
    const random = seededRandom(11);
    for (let round = 0; round < rounds; round += 1) {
      const whole = textFor(name, random);
      const field = random.below(4) === 0 ? random.pick(['ssn', 'cardNumber', 'password', 'phone']) : undefined;
      const inWhole = scan(detector, whole, 0, field);
      for (let cuts = 0; cuts < 6; cuts += 1) {
        const part = whole.slice(0, random.below(whole.length + 1));
        const held = detector.hold(part, 0, field);
        const before = ({ start }: Finding): boolean => start < held;
        const expected = inWhole.filter(before);
        const hint = `${JSON.stringify(part)} § ${JSON.stringify(whole.slice(part.length))} held ${held}`;
        expect(scan(detector, part, 0, field).filter(before), hint).toEqual(expected);
        expect(
          expected.every(({ end }) => end <= held),
          hint,
        ).toBe(true);
        expect(held).toBeLessThanOrEqual(part.length);
      }
    }
  });

  it('needs no more before a place than it says', () => {
    const random = seededRandom(12);
    for (let round = 0; round < rounds; round += 1) {
      const whole = textFor(name, random) + textFor(name, random);
      for (let cuts = 0; cuts < 4; cuts += 1) {
        const from = detector.hold(whole.slice(0, random.below(whole.length + 1)), 0);
        const start = detector.contextStart?.(whole, from) ?? 0;
        const moved = scan(detector, whole.slice(start), from - start).map((item) => ({
          ...item,
          start: item.start + start,
          end: item.end + start,
        }));
        expect(moved, `${from}: ${JSON.stringify(whole)}`).toEqual(
          scan(detector, whole).filter((finding) => finding.start >= from),
        );
      }
    }
  });
});

describe('a stream', () => {
  const rules = [
    rule('pii', { detector: specs.pii, redaction: style('label') }),
    rule('secrets', { detector: specs.secrets, redaction: style('mask', 2) }),
    rule('names', { detector: specs.keywords }),
  ];
  const guard = compileGuard(rules, 'response', { detectorFor: localDetector });
  const vault = new Vault(new Uint8Array(32), 'c1');

  function streamed(pieces: readonly string[]): string {
    const stream = guard.stream('assistant', vault, { add: () => {}, block: () => {} });
    let output = '';
    for (const piece of pieces) output += stream?.push(piece);
    return output + stream?.end();
  }

  it('gives what the whole text gives, however it is cut', () => {
    const random = seededRandom(13);
    const cuts = seededRandom(13).below;
    for (let round = 0; round < 80; round += 1) {
      const text = textFor(round % 2 === 0 ? 'pii' : 'secrets', random).slice(0, 1500);
      const whole = guard.scan(text, 'assistant', vault).redactedText;
      for (const longest of [1, 7, 40]) expect(streamed(cut(text, cuts, longest)), text).toBe(whole);
    }
  });

  it('gives what the whole text gives for values far apart in a long text of entities', () => {
    const text = `${'&#8203;&nbsp;&#x41;b'.repeat(300)} ssn&#58;&#32;536904399 ${'x&shy;'.repeat(200)} ana&#64;corp&#46;org ${pem(seededRandom(4))}`;
    const whole = guard.scan(text, 'assistant', vault).redactedText;
    expect(whole).toMatch(/\[US_SSN\].*\[EMAIL_ADDRESS\]/s);
    for (const longest of [1, 30]) expect(streamed(cut(text, seededRandom(14).below, longest))).toBe(whole);
  });

  it('lets prose out as it comes, and holds back what may become a character of a value', () => {
    const stream = guard.stream('assistant', vault, { add: () => {}, block: () => {} });
    const texts = ['Die Größe, ', '“ja” & ', 'nein. mail&#', '64;corp', '.org, ', 'ok, '].map((piece) =>
      stream?.push(piece),
    );
    expect(texts).toEqual(['Die Größe, ', '“ja” & ', 'nein. ', '', '[EMAIL_ADDRESS], ', 'ok, ']);
  });
});

describe('a text made against it', () => {
  const units = [
    '&',
    '&#',
    '&#52;',
    '&#52',
    '&amp;',
    '%',
    '%25',
    '%34',
    '\\',
    '\\u',
    '\\u0034',
    '\\ud835',
    '\u200b',
    '４',
    '\u00ad4',
  ];
  units.push(
    '４１１１ ',
    'ａ＠ｂ.',
    '%40a',
    '&#64;a',
    '&#x31;&#x2e;',
    '\u200b1 ',
    '\\u003d\\u003d',
    'password=&#65;b3$',
    '&shy;1-',
    '٤١١١ ',
  );

  it.each(units)('of %s takes no longer than others', (unit) => {
    const text = unit.repeat(Math.ceil(4096 / unit.length)).slice(0, 4096);
    for (const [, detector] of detectors) {
      expect(leastCpuMs(3, () => scan(detector, text))).toBeLessThan(30);
      expect(leastCpuMs(3, () => detector.hold(text, 0))).toBeLessThan(60);
    }
  });
});
