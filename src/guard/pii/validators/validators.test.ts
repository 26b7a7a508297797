import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judgeAbn, judgeMedicare, judgeTfn } from './australia.ts';
import { isBase58Check } from './base58.ts';
import { isSegwitAddress } from './bech32.ts';
import { judgeCnpj, judgeCpf } from './brazil.ts';
import { isDate } from './calendar.ts';
import { judgeSin } from './canada.ts';
import { cardIssuer } from './card-issuer.ts';
import { judgeEthereum } from './ethereum.ts';
import { judgeNir } from './france.ts';
import { judgeTaxId } from './germany.ts';
import { isIban } from './iban.ts';
import { judgeAadhaar, judgePan } from './india.ts';
import { judgeFiscalCode } from './italy.ts';
import { keccak256 } from './keccak.ts';
import { judgeRrn } from './korea.ts';
import { isLuhn } from './luhn.ts';
import { judgePesel } from './poland.ts';
import { judgeNric } from './singapore.ts';
import { judgeNie, judgeNif } from './spain.ts';
import { judgeNhs, judgeNino } from './united-kingdom.ts';
import { judgeItin, judgeSsn } from './united-states.ts';
import type { Verdict } from './verdict.ts';
import { isVerhoeff } from './verhoeff.ts';

/** Numbers from specifications, from the pages of those who issue them, and from other implementations. */
const published: readonly (readonly [string, (value: string) => Verdict, readonly string[]])[] = [
  ['AU_TFN', judgeTfn, ['123456782', '876543210', '459599230']],
  ['AU_ABN', judgeAbn, ['51824753556', '83914571673']],
  ['AU_MEDICARE', judgeMedicare, ['2123456701', '2428778132']],
  ['BR_CPF', judgeCpf, ['39053344705', '11144477735', '12345678909']],
  ['BR_CNPJ', judgeCnpj, ['11222333000181', '12ABC34501DE35', '16727230000197']],
  ['CA_SIN', judgeSin, ['046454286', '130692544', '123456782']],
  ['FR_NIR', judgeNir, ['295109912611193', '253072B07300470', '253072A07300443']],
  ['DE_TAX_ID', judgeTaxId, ['86095742719', '47036892816', '65929970489', '57549285017', '25768131411']],
  ['IN_AADHAAR', judgeAadhaar, ['234123412346', '999941057058']],
  ['IT_FISCAL_CODE', judgeFiscalCode, ['RSSMRA85T10A562S', 'RCCMNL83S18D969H', 'MRTMTT25D09F205Z']],
  ['KR_RRN', judgeRrn, ['9710139019902']],
  ['PL_PESEL', judgePesel, ['44051401359', '02070803628', '44051401458']],
  ['SG_NRIC', judgeNric, ['S1234567D', 'T1234567J', 'F1234567N', 'G1234567X', 'M1234567K', 'S8116474F']],
  ['ES_NIF', judgeNif, ['12345678Z', '54362315K']],
  ['ES_NIE', judgeNie, ['X1234567L', 'X2482300W']],
  ['UK_NHS', judgeNhs, ['9434765919', '4010232137']],
];

describe.each(published)('%s', (_, judge, values) => {
  it.each(values)('holds %s for valid, and nothing with another last character', (value) => {
    expect(judge(value)).toBe('valid');
    const last = value.charCodeAt(value.length - 1);
    const other = String.fromCharCode(last === 57 || last === 90 ? last - 1 : last + 1);
    if (judge !== judgeMedicare) expect(judge(value.slice(0, -1) + other)).not.toBe('valid');
  });
});

describe('numbers without a checksum', () => {
  it('are plausible where somebody may have them', () => {
    expect(['536904399', '000123456', '666123456', '900123456', '123006789', '123450000'].map(judgeSsn)).toEqual([
      'plausible',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
      'invalid',
    ]);
    expect(['900701234', '900931234', '800701234'].map(judgeItin)).toEqual(['plausible', 'invalid', 'invalid']);
    expect(['AB123456C', 'GB123456C', 'AB123456E'].map(judgeNino)).toEqual(['plausible', 'invalid', 'invalid']);
    expect(['ABCPE1234F', 'ABCDE1234F'].map(judgePan)).toEqual(['plausible', 'invalid']);
    // Born in October 2020 or later: the last digit is a random one.
    expect(['2011013123456', '2010013123456', '2101013123456'].map(judgeRrn)).toEqual(Array(3).fill('plausible'));
    expect(['1911013123456', '2009303123456'].map(judgeRrn)).toEqual(['invalid', 'invalid']);
  });
});

describe('checksums', () => {
  it('of cards and accounts are those of the networks’ test numbers', () => {
    expect(['4111111111111111', '378282246310005', '6011111111111117', '30569309025904'].every((n) => isLuhn(n))).toBe(
      true,
    );
    expect(isLuhn('4111111111111112')).toBe(false);
    expect(['GB82WEST12345698765432', 'MT84MALT011000012345MTLCAST001S'].every(isIban)).toBe(true);
    expect(isIban('GB82WEST12345698765433')).toBe(false);
  });

  it('by Verhoeff find every wrong digit and every swap of neighbours', () => {
    expect(isVerhoeff('2363')).toBe(true);
    for (let place = 0; place < 4; place += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        const changed = `${'2363'.slice(0, place)}${digit}${'2363'.slice(place + 1)}`;
        expect(isVerhoeff(changed)).toBe(changed === '2363');
      }
    }
    expect(isVerhoeff('3263')).toBe(false);
  });

  it('of Bitcoin are those of the specifications', () => {
    expect(isBase58Check('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa')).toBe(true);
    expect(isBase58Check('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb')).toBe(false);
    // BIP 173, BIP 350.
    expect(isSegwitAddress('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')).toBe(true);
    expect(isSegwitAddress('bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0')).toBe(true);
    expect(isSegwitAddress('bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd')).toBe(false);
    expect(isSegwitAddress('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5')).toBe(false);
  });

  it('of Ethereum are those of EIP-55, over Keccak with its first padding', () => {
    const empty = Buffer.from(keccak256('', 32)).toString('hex');
    expect(empty).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    expect(empty).not.toBe(createHash('sha3-256').digest('hex'));
    expect(Buffer.from(keccak256('testing', 32)).toString('hex')).toBe(
      '5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02',
    );
    expect(judgeEthereum('5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed')).toBe('valid');
    expect(judgeEthereum('5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed')).toBe('invalid');
    expect(judgeEthereum('5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')).toBe('plausible');
  });
});

/** The first and the last of each range. */
function rangesOf(
  length: number,
  issuer: 'common' | 'rare' | undefined,
  ...ranges: readonly (readonly [number, number])[]
): readonly (readonly [number, number, 'common' | 'rare' | undefined])[] {
  return ranges.flatMap((range) => [...new Set(range)].map((firstFour) => [firstFour, length, issuer] as const));
}

describe('issuers', () => {
  it.each<readonly [number, number, 'common' | 'rare' | undefined]>([
    [4111, 16, 'common'],
    [4111, 15, undefined],
    [4111, 13, 'rare'],
    [5105, 16, 'common'],
    [5605, 16, 'rare'],
    [2221, 16, 'common'],
    [2220, 16, undefined],
    [2720, 16, 'common'],
    [2721, 16, undefined],
    [3782, 15, 'common'],
    [3528, 16, 'common'],
    [3527, 16, undefined],
    [1700, 16, undefined],
    [2199, 16, undefined],
    [2200, 16, 'common'],
    [2204, 18, 'rare'],
    [2205, 16, undefined],
    [8099, 16, undefined],
    [8299, 16, 'common'],
    [8200, 15, undefined],
    [9792, 16, 'common'],
    [9999, 16, undefined],
    ...rangesOf(14, 'common', [3000, 3059], [3095, 3095], [3600, 3699], [3800, 3999]),
    ...rangesOf(14, undefined, [2999, 2999], [3060, 3060], [3094, 3094], [3096, 3096], [3599, 3599], [3700, 3799]),
    ...[16, 17, 18, 19].flatMap((length) =>
      rangesOf(length, 'rare', [3000, 3059], [3095, 3095], [3600, 3699], [3800, 3999], [5000, 5099], [5600, 5999]),
    ),
    ...rangesOf(15, 'rare', [3600, 3699], [3800, 3999], [5000, 5099], [6900, 6999]),
    ...rangesOf(15, 'common', [3400, 3499], [3700, 3799]),
    ...rangesOf(15, undefined, [3000, 3000], [3399, 3399], [3500, 3500], [4000, 4999], [5100, 5599]),
    ...rangesOf(16, 'common', [3528, 3589], [4000, 4999], [5100, 5599], [6011, 6011], [6200, 6299], [6440, 6599]),
    ...rangesOf(16, 'common', [2200, 2204], [2221, 2720], [8100, 8299], [9792, 9792]),
    ...rangesOf(16, 'rare', [6010, 6010], [6012, 6012], [6300, 6439], [6600, 6999]),
    ...rangesOf(16, undefined, [3590, 3590], [7000, 7000], [9791, 9791], [9793, 9793]),
    ...[17, 18, 19].flatMap((length) => rangesOf(length, 'rare', [2200, 2204], [3528, 3589], [6200, 6299])),
    ...rangesOf(19, 'rare', [4000, 4999]),
    ...rangesOf(18, undefined, [4000, 4999], [5100, 5599], [8100, 8299]),
    ...rangesOf(12, 'rare', [5000, 5099], [5600, 6999]),
    ...rangesOf(11, undefined, [5000, 5099], [5600, 6999]),
    ...rangesOf(20, undefined, [4000, 4999], [5000, 5099], [6200, 6299]),
  ])('of %i with %i digits are %s', (firstFour, length, expected) => {
    expect(cardIssuer(firstFour, length)).toBe(expected);
  });
});

describe('the calendar', () => {
  it('knows months and leap years', () => {
    expect(isDate(2000, 2, 29)).toBe(true);
    expect(isDate(1900, 2, 29)).toBe(false);
    expect(isDate(2024, 4, 31)).toBe(false);
    expect(isDate(2024, 13, 1)).toBe(false);
  });
});
