import { describe, expect, it } from 'vitest';
import type { Finding } from '../detector.ts';
import { type EntityOptions, plainOptions } from '../entity.ts';
import { piiDetector } from './index.ts';

function found(
  entities: Readonly<Record<string, Partial<EntityOptions>>>,
  text: string,
  { minScore = 0.5, field = undefined as string | undefined, from = 0 } = {},
): readonly Finding[] {
  const chosen = new Map(Object.entries(entities).map(([name, options]) => [name, { ...plainOptions, ...options }]));
  const findings: Finding[] = [];
  piiDetector({ entities: chosen, minScore }).scan(text, from, (finding) => findings.push(finding), field);
  return findings;
}

describe('scores', () => {
  it('are 1 where a validator confirms', () => {
    expect(found({ CREDIT_CARD: {} }, '4111 1111 1111 1111')).toEqual([
      { start: 0, end: 19, entity: 'CREDIT_CARD', score: 1, validator: 'luhn' },
    ]);
  });

  it('are those of the form where there is nothing to validate, and more with context', () => {
    expect(found({ US_SSN: {} }, 'so 536-90-4399')).toMatchObject([{ score: 0.5, validator: undefined }]);
    expect(found({ US_SSN: {} }, 'ssn 536-90-4399')).toMatchObject([{ score: 0.85 }]);
  });

  it('of e-mail addresses say whether the public can reach them', () => {
    expect(found({ EMAIL_ADDRESS: {} }, 'jane@corp.com')).toMatchObject([{ score: 1, validator: 'public-suffix' }]);
    expect(found({ EMAIL_ADDRESS: {} }, 'jane@corp.local')).toMatchObject([{ score: 0.5, validator: undefined }]);
    expect(found({ EMAIL_ADDRESS: {} }, 'email jane@corp.local')).toMatchObject([{ score: 0.85 }]);
  });

  it('of e-mail addresses of domains for examples are lower', () => {
    expect(found({ EMAIL_ADDRESS: {} }, 'so jane@example.com')).toMatchObject([{ score: 0.5, validator: undefined }]);
    expect(found({ EMAIL_ADDRESS: {} }, 'so jane@mail.Example.org')).toMatchObject([{ score: 0.5 }]);
    expect(found({ EMAIL_ADDRESS: {} }, 'so jane@myexample.com')).toMatchObject([{ score: 1 }]);
    expect(found({ EMAIL_ADDRESS: {} }, 'so jane@example.com', { minScore: 0.6 })).toEqual([]);
  });

  it('drop findings below the least score, of the rule or of the entity', () => {
    expect(found({ US_SSN: {} }, '536-90-4399', { minScore: 0.6 })).toEqual([]);
    expect(found({ US_SSN: { minScore: 0.4 } }, '536-90-4399', { minScore: 0.6 })).toHaveLength(1);
    expect(found({ US_SSN: { minScore: 0.9 } }, 'ssn 536-90-4399', { minScore: 0.1 })).toEqual([]);
    expect(found({ PHONE_NUMBER: {} }, '212 555 0134', { minScore: 0.4 })).toMatchObject([{ score: 0.4 }]);
  });
});

describe('context', () => {
  it.each([
    ['the passport of my wife is 340020013', 1],
    ['a passport of my dear wife is 340020013', 0],
    ['PASSPORT:340020013', 1],
    ['passportNumber=340020013', 1],
    ['my_passport_no 340020013', 1],
    ['compassport 340020013', 0],
    [`passport${' '.repeat(87)}340020013`, 1],
    [`passport${' '.repeat(90)}340020013`, 0],
    ['340020013 passport', 0],
  ])('is what stands among the five words before: %s', (text, count) => {
    expect(found({ US_PASSPORT: {} }, text)).toHaveLength(count);
  });

  it('may be a phrase', () => {
    expect(found({ CA_SIN: {} }, 'social insurance no. 130 692 544')).toHaveLength(1);
    expect(found({ CA_SIN: {} }, 'social or insurance no. 130 692 544')).toHaveLength(0);
  });

  it('may be the name of the field', () => {
    expect(found({ US_SSN: {} }, '536904399', { field: 'socialSecurityNumber' })).toHaveLength(1);
    expect(found({ US_SSN: {} }, '536904399', { field: 'user_ssn' })).toHaveLength(1);
    expect(found({ US_SSN: {} }, '536904399', { field: 'user' })).toHaveLength(0);
    expect(found({ US_SSN: {} }, 'it is one two three 536904399', { field: 'ssn' })).toHaveLength(0);
    expect(found({ US_SSN: {} }, `${' '.repeat(200)}536904399`, { field: 'ssn' })).toHaveLength(0);
  });

  it('may be words of the rule', () => {
    expect(found({ US_SSN: { contextWords: ['Employee Ref'] } }, 'employee ref: 536904399')).toHaveLength(1);
    for (const word of ['Pers.-Nr.', 'staffRef', "worker's", 'file #', 'Müller']) {
      expect(found({ US_SSN: { contextWords: [word] } }, `${word} 536904399`), word).toHaveLength(1);
    }
    expect(found({ US_SSN: { contextWords: ['staffRef'] } }, '536904399', { field: 'staff_ref' })).toHaveLength(1);
  });
});

describe('what stands before a number', () => {
  it.each([
    ['order-4111111111111111', 1],
    ['7abc-4111111111111111', 0],
    ['x_abc-4111111111111111', 0],
    ['b4fa-abc-4111111111111111', 0],
    ['7-4111111111111111', 0],
  ])('tells whether it begins there: %s', (text, count) => {
    expect(found({ CREDIT_CARD: {} }, text)).toHaveLength(count);
  });

  it('makes a number doubtful whose groups are apart by blanks alone', () => {
    expect(found({ US_SSN: {} }, 'so 536 90 4399')).toHaveLength(1);
    expect(found({ US_SSN: {} }, '12 536 90 4399')).toEqual([]);
    expect(found({ US_SSN: {} }, '12 536-90-4399')).toHaveLength(1);
    expect(found({ US_SSN: {} }, 'ssn 12 536 90 4399')).toHaveLength(1);
  });
});

describe('groups', () => {
  it.each(['-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212'])(
    'may be apart by %j',
    (hyphen) => {
      expect(found({ US_SSN: {} }, `so 536${hyphen}90${hyphen}4399`)).toHaveLength(1);
      expect(found({ CREDIT_CARD: {} }, ['4111', '1111', '1111', '1111'].join(hyphen))).toHaveLength(1);
    },
  );
});

describe('lists', () => {
  it('of allowed values compare without case, blanks and hyphens', () => {
    const allow = ['4111-1111-1111-1111'];
    expect(found({ CREDIT_CARD: { allow } }, '4111 1111 1111 1111, 5555555555554444')).toMatchObject([{ start: 21 }]);
    expect(found({ EMAIL_ADDRESS: { allow: ['info@acme.com'] } }, 'Info@Acme.com')).toEqual([]);
  });

  it('of denied values are findings whatever they look like', () => {
    const deny = ['EMP-0042', 'Rosebud'];
    const values = (text: string) =>
      found({ US_SSN: { deny } }, text).map((finding) => [text.slice(finding.start, finding.end), finding.score]);
    expect(values('ask emp 0042 or ROSEBUD.')).toEqual([
      ['emp 0042', 1],
      ['ROSEBUD', 1],
    ]);
    expect(values('rosebuds, xEMP0042, EMP00421')).toEqual([]);
    expect(found({ US_SSN: { deny } }, 'rosebud')).toMatchObject([{ entity: 'US_SSN', validator: 'deny-list' }]);
  });
});

describe('overlaps', () => {
  it('leave the surer and longer one', () => {
    const all = {
      CREDIT_CARD: {},
      PHONE_NUMBER: {},
      EMAIL_ADDRESS: {},
      US_SSN: {},
      URL_WITH_CREDENTIALS: {},
      IBAN_CODE: {},
    };
    const names = (text: string) => found(all, text, { minScore: 0 }).map(({ entity }) => entity);
    expect(names('DE89 3704 0044 0532 0130 00')).toEqual(['IBAN_CODE']);
    expect(names('4111 1111 1111 1111')).toEqual(['CREDIT_CARD']);
    expect(names('https://joe:pw@example.com')).toEqual(['URL_WITH_CREDENTIALS']);
    expect(names('212-555-0134@example.com')).toEqual(['EMAIL_ADDRESS']);
    expect(names('+1 212-555-0134')).toEqual(['PHONE_NUMBER']);
  });

  it('of equals leave the first', () => {
    expect(found({ UK_PASSPORT: {}, US_PASSPORT: {} }, 'passport 340020013')).toMatchObject([
      { entity: 'US_PASSPORT' },
    ]);
  });
});

describe('a detector', () => {
  it('of no entities finds and holds nothing', () => {
    const detector = piiDetector({ entities: new Map(), minScore: 0.5 });
    expect(detector.hold('4111', 0)).toBe(4);
    expect(found({}, '4111111111111111 a@example.com')).toEqual([]);
  });

  it('reports what begins at or behind where it is asked to', () => {
    expect(found({ EMAIL_ADDRESS: {} }, 'a@example.com b@example.com', { from: 1 })).toMatchObject([{ start: 14 }]);
  });
});
