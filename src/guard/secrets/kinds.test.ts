import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { secretEntities } from './entities.ts';
import { plant, samples } from './testing/samples.ts';
import { scan } from './testing/scan.ts';

const rounds = 20;

describe('the table of kinds', () => {
  it('names each kind once and has a sample for each', () => {
    const names = secretEntities.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(80);
    expect(names.filter((name) => samples[name] === undefined)).toEqual([]);
    expect(Object.keys(samples).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe.each(Object.entries(samples))('%s', (name, sample) => {
  const random = seededRandom(name.length * 7919 + name.charCodeAt(0));

  it('is found with its exact span, in prose, in code and behind an escape', () => {
    for (let round = 0; round < rounds; round += 1) {
      const { text, start, end } = plant(sample(random));
      for (const [before, after] of [
        ['', ''],
        ['see ', ' there'],
        ['x = "', '";'],
        ['\\n', '\\n'],
      ] as const) {
        const found = scan(before + text + after).filter((finding) => finding.entity === name);
        const expected = { start: start + before.length, end: end + before.length };
        expect(
          found.map((item) => ({ start: item.start, end: item.end })),
          before + text + after,
        ).toEqual([expected]);
      }
    }
  });
});

const misses: Readonly<Record<string, (secret: string, at: number) => string>> = {
  'a character of no alphabet': (secret, at) => `${secret.slice(0, at)}é${secret.slice(at + 1)}`,
  'one letter everywhere': (secret) => secret.replace(/[A-Za-z0-9]/g, 'a'),
  'a gap': (secret, at) => `${secret.slice(0, at)} ${secret.slice(at + 1)}`,
  'only its beginning': (secret) => secret.slice(0, Math.min(7, secret.length / 3)),
  'within a longer word': (secret) => `Zz9${secret}`,
  'a variable': (secret) => `\${${secret.slice(0, 4)}_VALUE}`,
};

/** What people and programs write where a secret belongs. */
const standIns = [
  ...[
    '<token>',
    '<your-secret>',
    `$${'{TOKEN}'}`,
    `$${'{{ secrets.PROD_TOKEN }}'}`,
    '{{ vault_token }}',
    '$SECRET_TOKEN_2',
  ],
  ...['%(secret)s', '********', 'xxxxxxxxxxxxxxxx', 'your-secret-here', 'changeme', 'REDACTED', 'example', '...'],
  ...['<password>', '{{password}}', '$PASSWORD', '***'],
];

describe.each(Object.entries(samples))('near misses of %s', (name, sample) => {
  const random = seededRandom(name.length * 104_729 + name.charCodeAt(1));
  // The bodies of these have no fixed length or are not random, so what is near is still one.
  const isOpen =
    /^(?:private-key|putty-private-key|json-web-token|.*-password|bearer-token|generic-api-key|basic-auth-header)$/.test(
      name,
    );

  it('are not found, and are twenty at least', () => {
    const near = new Set<string>();
    const miss = (title: string, text: string, start: number) => {
      near.add(text);
      const found = scan(text).filter((finding) => finding.entity === name && finding.start <= start);
      expect(found, `${title}: ${text}`).toEqual([]);
    };
    for (let round = 0; round < 4; round += 1) {
      const { text, start, end } = plant(sample(random));
      const secret = text.slice(start, end);
      for (const standIn of standIns) miss('a stand-in', text.slice(0, start) + standIn + text.slice(end), start);
      for (const [title, change] of Object.entries(misses)) {
        // In a URL and where a command takes it even a short password is one.
        if (/(?:url|line)-password$/.test(name) && title === 'only its beginning') continue;
        if (title === 'within a longer word' && (start > 0 || isOpen)) continue;
        if (isOpen && (title === 'a gap' || title === 'a character of no alphabet')) continue;
        // Where the length is free, the damage must come before there is enough of it.
        const at = Math.floor(Math.min(secret.length - 1, isOpen ? 5 : 12));
        miss(title, text.slice(0, start) + change(secret, at) + text.slice(end), start);
      }
    }
    expect(near.size).toBeGreaterThanOrEqual(20);
  });
});
