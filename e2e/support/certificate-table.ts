import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Certificate, createAuthority } from './certificates.ts';

const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function ofKey(privateKey: KeyObject): Certificate {
  const text = pkcs8(privateKey);
  return { certificate: createAuthority('test', { privateKey: text }).certificate, privateKey: text };
}

const rsa = (modulusLength: number): Certificate => ofKey(generateKeyPairSync('rsa', { modulusLength }).privateKey);
const ec = (namedCurve: string): Certificate => ofKey(generateKeyPairSync('ec', { namedCurve }).privateKey);

const own = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const onCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const one = ofKey(own);
const other = ec('P-384');
const edwards = ofKey(generateKeyPairSync('ed448').privateKey);
const { certificate, privateKey } = one;

const block = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const chain = (text: string): Certificate => ({ certificate: text, privateKey });
const key = (text: string): Certificate => ({ certificate, privateKey: text });
const encrypted = { cipher: 'aes-256-cbc', passphrase: 'secret', format: 'pem' } as const;

/** Certificates as people give them, good and bad, each with what it is. */
export const certificateTable: Readonly<Record<string, Certificate>> = {
  'RSA, 1024 bits': rsa(1024),
  'RSA, 2047 bits': rsa(2047),
  'RSA, 2048 bits': one,
  'RSA, 3072 bits': rsa(3072),
  'RSA for PSS alone': ofKey(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
  'P-256': ofKey(onCurve),
  'P-384': other,
  'P-521': ec('P-521'),
  secp224r1: ec('secp224r1'),
  secp256k1: ec('secp256k1'),
  brainpoolP256r1: ec('brainpoolP256r1'),
  Ed25519: ofKey(generateKeyPairSync('ed25519').privateKey),
  Ed448: edwards,
  'a key as PKCS #1': key(own.export({ type: 'pkcs1', format: 'pem' }).toString()),
  'a key as SEC 1': { ...ofKey(onCurve), privateKey: onCurve.export({ type: 'sec1', format: 'pem' }).toString() },
  'an encrypted key, PKCS #1': key(own.export({ type: 'pkcs1', ...encrypted }).toString()),
  'an encrypted key, PKCS #8': key(own.export({ type: 'pkcs8', ...encrypted }).toString()),
  'the key of another': key(other.privateKey),
  'two keys, its own first': key(privateKey + other.privateKey),
  'two keys, its own last': key(other.privateKey + privateKey),
  'text behind the key': key(`${privateKey}text`),
  'a certificate before the key': key(certificate + privateKey),
  CRLF: { certificate: certificate.replace(/\n/g, '\r\n'), privateKey: privateKey.replace(/\n/g, '\r\n') },
  'spaces behind lines': chain(certificate.replace(/\n/g, '  \n')),
  'lines that are moved in': chain(certificate.replace(/^/gm, '  ')),
  'a byte order mark': chain(`\ufeff${certificate}`),
  'text before, between and behind': chain(`one\n${certificate}two\n${other.certificate}three`),
  'a chain': chain(certificate + other.certificate),
  'a chain from the other end': chain(other.certificate + certificate),
  'itself twice': chain(certificate + certificate),
  'a chain with a key that is not for servers': chain(certificate + edwards.certificate),
  'a second block that is no certificate': chain(certificate + block('MIIBAAAA')),
  'a second block that is no base64': chain(certificate + block('!!!')),
  'a second block that is cut off': chain(certificate + other.certificate.slice(0, 200)),
  'a third block that is no certificate': chain(certificate + other.certificate + block('MIIBAAAA')),
  'no line break between': chain(certificate.trimEnd() + other.certificate),
  'a line too many that begins a block': chain(`${certificate}-----BEGIN CERTIFICATE-----\n`),
  'a line too many that ends a block': chain(`${certificate}-----END CERTIFICATE-----\n`),
  'the key before the certificate': chain(privateKey + certificate),
  'the key behind the certificate': chain(certificate + privateKey),
  'the older label': chain(certificate.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')),
  'no certificate': chain('text'),
  'no key': key('text'),
};
