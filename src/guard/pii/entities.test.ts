import { describe, expect, it } from 'vitest';
import { piiEntities } from './entities.ts';
import { kinds } from './matchers.ts';
import { americas } from './numbers/americas.ts';
import { asiaPacific } from './numbers/asia-pacific.ts';
import { europe } from './numbers/europe.ts';
import { unitedKingdom } from './numbers/united-kingdom.ts';
import { unitedStates } from './numbers/united-states.ts';

describe('the list of personal data', () => {
  it('has every kind once, and what recognises it', () => {
    const names = piiEntities.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(kinds.map(({ entity }) => entity))).toEqual(new Set(names));
  });

  it('says the scores that the matchers give', () => {
    const scores = new Map(piiEntities.map(({ name, baseScore }) => [name, baseScore]));
    for (const { entity, score } of [...unitedStates, ...unitedKingdom, ...europe, ...americas, ...asiaPacific])
      expect(score, entity).toBe(scores.get(entity));
  });

  it('has context words that can be matched: lower case, one blank between words', () => {
    for (const { name, contextWords } of piiEntities) {
      expect(new Set(contextWords).size, name).toBe(contextWords.length);
      for (const word of contextWords)
        expect(word).toMatch(/^[\p{Ll}\p{Lo}\p{Lm}\p{M}\d]+(?: [\p{Ll}\p{Lo}\p{Lm}\p{M}\d]+)*$/u);
    }
  });

  it('looks by default for what is personal everywhere, and for US numbers that have a form of their own', () => {
    expect(piiEntities.filter(({ isDefault }) => isDefault).map(({ name }) => name)).toEqual([
      'CREDIT_CARD',
      'IBAN_CODE',
      'EMAIL_ADDRESS',
      'PHONE_NUMBER',
      'URL_WITH_CREDENTIALS',
      'CRYPTO',
      'US_SSN',
      'US_ITIN',
    ]);
  });
});
