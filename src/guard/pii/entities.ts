import type { EntityInfo } from '../entity.ts';

/** Words as `EntityInfo` has them, in one line: a comma between them. */
function entity(
  name: string,
  title: string,
  baseScore: number,
  validation: string,
  contextWords: string,
  more: { readonly isDefault?: true; readonly region?: string } = {},
): EntityInfo {
  return {
    name,
    family: 'pii',
    title,
    isDefault: more.isDefault ?? false,
    region: more.region,
    baseScore,
    validation,
    contextWords: contextWords.split(', '),
  };
}

const byDefault = { isDefault: true } as const;

/**
 * Every kind of personal data, for `sluice guard entities` and for policy, without what recognises it. Off by default is
 * what machines write more often than people (addresses of hosts), and the numbers of single countries.
 */
export const piiEntities: readonly EntityInfo[] = [
  entity(
    'CREDIT_CARD',
    'payment card number',
    0.3,
    'issuer range and Luhn',
    'card, credit, debit, visa, mastercard, amex, american express, discover, jcb, diners, maestro, unionpay, pan, payment, karte, kreditkarte, carte, tarjeta, carta, cartão, kaart, creditcard, karta, karty, kartę, kart, kartı, kort, карта, карты, карту, картка, картки, 卡, カード, 카드, بطاقة, البطاقة, कार्ड',
    byDefault,
  ),
  entity(
    'IBAN_CODE',
    'international bank account number',
    0.5,
    'length of its country and mod 97',
    'iban, bank, account, transfer, transaction, konto, bankverbindung, compte, cuenta, rekening',
    byDefault,
  ),
  entity(
    'EMAIL_ADDRESS',
    'e-mail address',
    0.5,
    'domain below a public suffix, or one of a network of its own',
    'email, mail, contact, address',
    byDefault,
  ),
  entity(
    'PHONE_NUMBER',
    'phone number',
    0.4,
    'numbering plan of its country',
    // Orders, invoices and accounts have a `number` too: the word counts only as somebody's.
    'phone, telephone, tel, mobile, cell, call, my number, your number, his number, her number, our number, their number, reach me, reach us, ring, fax, contact, whatsapp, sms, text, dial, telefon, fon, handy, mobil, téléphone, portable, teléfono, móvil, telefono, celular, тел, телефон, моб, мобильный, komórka, numaram, telefoon, mobiel, cellulare, recapito, 电话, 電話, 手机, 手機, 携帯, 전화, 휴대폰, 연락처, هاتف, جوال, फ़ोन, फोन, मोबाइल',
    byDefault,
  ),
  entity(
    'URL_WITH_CREDENTIALS',
    'URL with a password or token in it',
    0.9,
    'no placeholder in place of the password',
    'url, connection, database, proxy, remote, dsn, uri',
    byDefault,
  ),
  entity(
    'CRYPTO',
    'Bitcoin or Ethereum address',
    0.5,
    'Base58Check, Bech32 or EIP-55',
    'wallet, bitcoin, btc, ethereum, eth, ether, crypto, address, coin, usdt, usdc, erc20',
    byDefault,
  ),
  entity(
    'US_SSN',
    'US social security number',
    0.5,
    'numbers that are given out',
    'ssn, social security, social, soc sec, tax id, taxpayer',
    { ...byDefault, region: 'us' },
  ),
  entity('US_ITIN', 'US individual taxpayer number', 0.5, 'ranges that are given out', 'itin, taxpayer, tax id, tax', {
    ...byDefault,
    region: 'us',
  }),
  entity('IP_ADDRESS', 'IP address', 0.6, 'parses, no version number', 'ip, ipv4, ipv6, address, host, client'),
  entity('MAC_ADDRESS', 'MAC address', 0.6, '', 'mac, hardware address, ethernet, physical address, interface, wifi'),
  entity(
    'DATE_OF_BIRTH',
    'date of birth',
    0.4,
    'a day of the calendar, with context only',
    'born, birth, birthday, birthdate, dob, geboren, geb, geburtsdatum, geburtstag, naissance, né, née, nacimiento, nacido, nacida, nascita, nato, nata, nascimento, nascido, nascida, geboortedatum, urodzony, urodzona, urodzenia, doğum, doğumlu, рождения, родился, родилась, народження, народився, народилася, født, fødselsdato, född, födelsedatum, syntynyt, syntymäaika, narozen, narozena, narození, született, născut, născută, ngày sinh, lahir, ميلاد, जन्म, 生年月日, 誕生日, 出生, 生日, 生于, 生於, 생년월일, 생일, 출생',
  ),
  entity('US_PASSPORT', 'US passport number', 0.3, 'with context only', 'passport', { region: 'us' }),
  entity(
    'US_DRIVER_LICENSE',
    'US driver license number',
    0.3,
    'with context only',
    'driver, driving, dl, dln, driverlicense, driverslicense',
    { region: 'us' },
  ),
  entity('UK_NHS', 'UK NHS number', 0.4, 'mod 11, with context only', 'nhs, national health, patient, health', {
    region: 'gb',
  }),
  entity(
    'UK_NINO',
    'UK national insurance number',
    0.5,
    'prefixes that are in use',
    'national insurance, ni, nino, insurance',
    {
      region: 'gb',
    },
  ),
  entity('UK_PASSPORT', 'UK passport number', 0.3, 'with context only', 'passport', { region: 'gb' }),
  entity(
    'DE_TAX_ID',
    'German tax identification number',
    0.3,
    'repeated digits and ISO 7064 mod 11,10',
    'steuer, steueridentifikationsnummer, steuernummer, steuerid, idnr, tin, tax id, tax, identifikationsnummer',
    { region: 'de' },
  ),
  entity('ES_NIF', 'Spanish identity number', 0.5, 'mod 23', 'nif, dni, documento, identidad', { region: 'es' }),
  entity('ES_NIE', 'Spanish number of foreigners', 0.5, 'mod 23', 'nie, extranjero, extranjeros, identidad', {
    region: 'es',
  }),
  entity('IT_FISCAL_CODE', 'Italian fiscal code', 0.5, 'mod 26', 'codice fiscale, fiscale, cf', { region: 'it' }),
  entity(
    'FR_NIR',
    'French social security number',
    0.5,
    'mod 97',
    'nir, insee, sécurité sociale, securite sociale, sécu, secu, vitale',
    { region: 'fr' },
  ),
  entity('PL_PESEL', 'Polish PESEL', 0.3, 'date and mod 10', 'pesel', { region: 'pl' }),
  entity('AU_TFN', 'Australian tax file number', 0.3, 'mod 11, with context only', 'tfn, tax file, tax', {
    region: 'au',
  }),
  entity('AU_ABN', 'Australian business number', 0.3, 'mod 89', 'abn, business number, business', { region: 'au' }),
  entity('AU_MEDICARE', 'Australian Medicare number', 0.3, 'mod 10', 'medicare, irn', { region: 'au' }),
  entity('CA_SIN', 'Canadian social insurance number', 0.3, 'Luhn', 'sin, social insurance, nas, assurance sociale', {
    region: 'ca',
  }),
  entity('IN_AADHAAR', 'Indian Aadhaar number', 0.3, 'Verhoeff', 'aadhaar, aadhar, adhaar, uidai, uid, आधार', {
    region: 'in',
  }),
  entity('IN_PAN', 'Indian permanent account number', 0.5, 'kind of holder', 'pan, permanent account, income tax', {
    region: 'in',
  }),
  entity('SG_NRIC', 'Singaporean NRIC or FIN', 0.5, 'mod 11', 'nric, fin, ic', { region: 'sg' }),
  entity('BR_CPF', 'Brazilian CPF', 0.4, 'two digits mod 11', 'cpf, cadastro, contribuinte', { region: 'br' }),
  entity('BR_CNPJ', 'Brazilian CNPJ', 0.4, 'two digits mod 11', 'cnpj, empresa, pessoa jurídica', { region: 'br' }),
  entity(
    'KR_RRN',
    'South Korean resident registration number',
    0.5,
    'date and mod 11',
    'rrn, resident registration, resident, jumin, 주민, 등록번호',
    { region: 'kr' },
  ),
];
