import { describe, expect, it } from 'vitest';
import { nationalIds } from './index.ts';
import type { NationalId } from './national-id.ts';

interface Samples {
  /** Published examples, as they are written there. */
  readonly published: readonly string[];
  /** Places of the compact form: `9` any digit, `A` any letter, others stand for themselves; `?` is tried. */
  readonly forms: readonly string[];
  /** Not one of them, and why it could be taken for one. */
  readonly others: readonly string[];
}

const samples: Readonly<Record<string, Samples>> = {
  UK_NHS: {
    published: ['943 476 5919', '9434765919', '401-023-2137'],
    forms: ['999999999?'],
    others: ['943 476 5918', '943 4765 919', '0000000000', '943476591'],
  },
  UK_NINO: {
    published: ['AB 12 34 56 C', 'AB123456C', 'JG103759A', 'AP019283D', 'ZX 048847 C'],
    forms: [],
    others: ['GB123456A', 'QQ123456C', 'AB123456E', 'AO123456C', 'DB123456A', 'AB12345C', 'NK123456B', 'ZZ123456A'],
  },
  DE_TAX_ID: {
    published: ['86095742719', '47036892816', '65929970489', '36 574 261 809'],
    forms: [],
    others: ['02476291358', '86095742718', '12345678901', '11111111111', '860957427199'],
  },
  ES_NIF: {
    published: ['12345678Z', '54362315K', '12345678-Z', '54.362.315-K'],
    forms: ['99999999?'],
    others: ['12345678A', '1234567Z', '123456789'],
  },
  ES_NIE: {
    published: ['X1234567L', 'Z8078221M', 'X-2482300-W', 'Y1234567X'],
    forms: ['X9999999?', 'Y9999999?', 'Z9999999?'],
    others: ['X1234567M', 'W1234567L', 'X123456L'],
  },
  IT_FISCAL_CODE: {
    published: ['RSSMRA85T10A562S', 'RCCMNL83S18D969H', 'MRTMTT25D09F205Z'],
    forms: ['AAAAAA99A10F205?', 'AAAAAA99T10H501?'],
    others: ['RSSMRA85T10A562T', 'RSSMRA85F10A562S', 'RSSMRA85T10A562'],
  },
  FR_NIR: {
    published: ['255081416802538', '2 55 08 14 168 025 38', '1 85 05 78 006 084 91', '1 84 12 76 451 089 46'],
    forms: [],
    others: ['255081416802539', '955081416802538', '25508141680253', '2 55 08 14 168 02538'],
  },
  PL_PESEL: {
    published: ['44051401359', '02070803628', '90090515836'],
    forms: ['9901019999?', '8512319999?', '0224119999?'],
    others: ['44051401358', '44133401359', '4405140135'],
  },
  AU_TFN: {
    published: ['123456782', '123 456 782', '565 051 603', '876543210'],
    forms: ['99999999?'],
    others: ['123456783', '1234567', '000000000'],
  },
  AU_ABN: {
    published: ['51824753556', '51 824 753 556', '83 914 571 673'],
    forms: [],
    others: ['51824753557', '01824753556', '5182475355'],
  },
  AU_MEDICARE: {
    published: ['2123456701', '2123 45670 1', '2428778132'],
    forms: ['29999999?1', '49999999?1', '69999999?2'],
    others: ['1123456701', '2123456711', '212345670'],
  },
  CA_SIN: {
    published: ['130 692 544', '123456782'],
    forms: ['19999999?', '49999999?', '99999999?'],
    others: ['046454286', '846454286', '123456783', '13069254'],
  },
  IN_AADHAAR: {
    published: ['2341 2341 2346', '234123412346'],
    forms: ['29999999999?', '79999999999?'],
    others: ['234123412347', '034123412346', '134123412346', '222222222222'],
  },
  IN_PAN: {
    published: ['AAAPL1234C', 'ABCPE1234F', 'AABCT3518Q'],
    forms: [],
    others: ['AAAXL1234C', 'AAAPL123C', 'AAAPL12345', 'AAA1L1234C'],
  },
  SG_NRIC: {
    published: ['S1234567D', 'F1234567N', 'T0000001E'],
    forms: ['S9999999?', 'T9999999?', 'F9999999?', 'G9999999?', 'M9999999?'],
    others: ['S1234567E', 'A1234567D', 'S123456D'],
  },
  BR_CPF: {
    published: ['390.533.447-05', '52998224725', '11144477735'],
    forms: [],
    others: ['390.533.447-06', '11111111111', '5299822472'],
  },
  BR_CNPJ: {
    published: ['16.727.230/0001-97', '11222333000181', '12.ABC.345/01DE-35'],
    forms: [],
    others: ['16.727.230/0001-98', '00000000000000', '12.ABC.345/01DE-36'],
  },
  KR_RRN: {
    published: ['660923-1234567'],
    forms: ['920101199999?', '850709299999?'],
    others: ['921301-1234567', '920132-1234567', '920101-9234567', '920101123456'],
  },
};

function compactOf(text: string): string {
  return text.replace(/[ ./-]/g, '').toUpperCase();
}

/** As it is written: separators must be those of the number. */
function recognised(id: NationalId, text: string): ReturnType<NationalId['check']> {
  const compact = compactOf(text);
  if (compact !== text.toUpperCase() && !id.separated.test(text)) return undefined;
  if (compact.length < id.shortest || compact.length > id.longest) return undefined;
  return id.check(compact);
}

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** One value for the place that is tried makes it valid, and no other. */
function completions(id: NationalId, form: string, next: (below: number) => number): readonly string[] {
  const filled = form
    .replace(/9/g, () => String(next(10)))
    .replace(/(?<=^.{0,5})A|A(?=9)/g, () => letters.charAt(next(26)));
  return [...'0123456789', ...letters]
    .map((each) => filled.replace('?', each))
    .filter((text) => id.check(text) === 'valid');
}

describe.each(nationalIds.map((id) => [id.info.name, id] as const))('%s', (name, id) => {
  const { published, forms, others } = samples[name] as Samples;

  it.each(published)('recognises %s', (text) => {
    expect(recognised(id, text)).toBeDefined();
    expect(recognised(id, text.toLowerCase())).toBeDefined();
  });

  it.each(others)('is not %s', (text) => {
    expect(recognised(id, text)).toBeUndefined();
  });

  it('does not take a wrong check digit', () => {
    const next = generator(7);
    for (const form of forms) {
      for (let i = 0; i < 40; i++) expect(completions(id, form, next).length).toBeLessThanOrEqual(1);
      expect(Array.from({ length: 40 }, () => completions(id, form, next).length).some((count) => count === 1)).toBe(
        true,
      );
    }
  });

  it('notices one wrong digit', () => {
    for (const text of published.map(compactOf).filter((each) => id.check(each) === 'valid')) {
      for (let at = 0; at < text.length; at++) {
        const digit = text.charCodeAt(at) - 0x30;
        if (digit > 9) continue;
        const wrong = `${text.slice(0, at)}${(digit + 1) % 10}${text.slice(at + 1)}`;
        // The number of a card and who of the family it is for are not checked.
        if (name === 'AU_MEDICARE' && at > 8) continue;
        // Two rests have the same check digit.
        if (name === 'BR_CPF' || name === 'BR_CNPJ') continue;
        expect([wrong, id.check(wrong) === 'valid']).toEqual([wrong, false]);
      }
    }
  });

  it('says what it is', () => {
    expect(id.info).toMatchObject({ name, family: 'pii', isDefault: false });
    expect(id.info.contextWords.length).toBeGreaterThan(0);
    expect(id.shortest).toBeLessThanOrEqual(id.longest);
  });
});
