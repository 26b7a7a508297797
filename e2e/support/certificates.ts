import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto';

/** PEM texts. */
export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Authority extends Certificate {
  /** A certificate for these DNS names and URIs; without any, one for a client. */
  issue(...names: readonly string[]): Certificate;
}

/** Another certificate of one that exists already, or one of a certain age. */
export interface AuthorityOptions {
  /** PEM, PKCS #8. Default: a new one. */
  readonly privateKey?: string;
  /** Default: long ago. */
  readonly notBefore?: Date;
  /** Default: in a distant future. */
  readonly notAfter?: Date;
}

/**
 * A certificate authority of its own for a test: nothing to install, and no key in the repository. Node can read
 * certificates but not write them, so the few structures of RFC 5280 that are needed are written here.
 */
export function createAuthority(name: string, options: AuthorityOptions = {}): Authority {
  const keys = options.privateKey === undefined ? newKeys() : keysOf(options.privateKey);
  const isAuthority = extension([0x55, 0x1d, 0x13], true, sequence(tagged(0x01, Buffer.from([0xff]))));
  return {
    certificate: pem('CERTIFICATE', certificate(name, keys.publicKey, name, keys.privateKey, [isAuthority], options)),
    privateKey: pkcs8(keys.privateKey),
    issue(...names) {
      const own = newKeys();
      const alternatives = names.map((each) => tagged(/^[a-z]+:\/\//.test(each) ? 0x86 : 0x82, Buffer.from(each)));
      const extensions = names.length === 0 ? [] : [extension([0x55, 0x1d, 0x11], false, sequence(...alternatives))];
      return {
        certificate: pem(
          'CERTIFICATE',
          certificate(names[0] ?? 'client', own.publicKey, name, keys.privateKey, extensions),
        ),
        privateKey: pkcs8(own.privateKey),
      };
    },
  };
}

function newKeys(): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function keysOf(privateKey: string): KeyPairKeyObjectResult {
  return { privateKey: createPrivateKey(privateKey), publicKey: createPublicKey(privateKey) };
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const ecdsaWithSha256 = sequence(tagged(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])));

function certificate(
  subject: string,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  extensions: readonly Buffer[],
  { notBefore = new Date('2020-01-01'), notAfter = new Date('2049-01-01') }: AuthorityOptions = {},
): Buffer {
  // A first byte of 1 keeps the number positive.
  const serial = tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)]));
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    serial,
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(utcTime(notBefore), utcTime(notAfter)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tagged(0xa3, sequence(...extensions))]),
  );
  // Edwards curves have a digest of their own.
  const signature = sign(issuerKey.asymmetricKeyType?.startsWith('ed') ? null : 'sha256', content, issuerKey);
  return sequence(content, ecdsaWithSha256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
}

function distinguishedName(commonName: string): Buffer {
  const attribute = sequence(tagged(0x06, Buffer.from([0x55, 0x04, 0x03])), tagged(0x0c, Buffer.from(commonName)));
  return sequence(tagged(0x31, attribute));
}

function extension(id: readonly number[], isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [tagged(0x01, Buffer.from([0xff]))] : [];
  return sequence(tagged(0x06, Buffer.from(id)), ...critical, tagged(0x04, value));
}

/** `200101000000Z`: years until 2049 have two digits. */
function utcTime(time: Date): Buffer {
  return tagged(0x17, Buffer.from(`${time.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** ITU-T X.690: tag, length, content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
