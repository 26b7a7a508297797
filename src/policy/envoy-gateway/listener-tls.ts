import { suggest } from '../../lib/suggest.ts';
import { optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import type { invalid } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { choices, show } from '../schema/show.ts';
import { except } from '../schema/verdict.ts';

const broken = 'versions before 1.2 are broken (RFC 8996)';

const version = servedValues(['Auto', '1.2', '1.3'], { '1.0': broken, '1.1': broken });

/*
 * What Envoy 1.40 takes, tried one by one. It refuses a listener with any other name as a whole, so that nothing else is
 * let through. Algorithms without authentication, with shared keys, or with 3DES and SHA-1 signatures are left out.
 */
const cipherNames = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
];
const curveNames = ['X25519MLKEM768', 'MLKEM1024', 'X25519', 'P-256', 'P-384', 'P-521'];
const signatureNames = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  'ed25519',
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
];

/** Ciphers of one rank may stand together: `[A|B]`. */
const cipher: Schema<string> = {
  json: { type: 'string', minLength: 1 },
  parse(value, place) {
    if (typeof value !== 'string') return unknownName(value, cipherNames, place);
    const names = /^\[.*\]$/.test(value) ? value.slice(1, -1).split('|') : [value];
    const wrong = names.find((name) => !cipherNames.includes(name));
    return wrong === undefined ? value : unknownName(wrong, cipherNames, place);
  },
};

function nameOf(known: readonly string[]): Schema<string> {
  return {
    json: { type: 'string', minLength: 1 },
    parse: (value, place) => known.find((name) => name === value) ?? unknownName(value, known, place),
  };
}

function unknownName(value: unknown, known: readonly string[], place: Place): typeof invalid {
  const near = typeof value === 'string' ? suggest(value, known) : undefined;
  const remedy = `write ${near ?? choices(known)}`;
  return reject(place, `${show(value)} is not served`, remedy, 'UnsupportedValue');
}

/** Envoy refuses lists in which one stands twice. An API server need not know: those of Envoy Gateway let it pass. */
function unrepeated<T extends string>(entry: Schema<T>): Schema<readonly T[]> {
  return refine(list(entry), (all, place) => {
    const twice = all.findIndex((one, index) => all.indexOf(one) !== index);
    return twice < 0 ? all : reject(under(place, twice), `${all[twice]} stands here twice`, 'remove one of them');
  });
}

/** Versions and algorithms of listeners; those of several levels are merged field by field. */
export const listenerTlsFields = {
  minVersion: optional(version, 'Oldest version of TLS; Auto: 1.2.'),
  maxVersion: optional(version, 'Newest version of TLS; Auto: 1.3.'),
  ciphers: optional(
    except(unrepeated(cipher), 'for TLS 1.2: those with AES or ChaCha20; the error of any other names them'),
    'Ciphers of TLS 1.2, the best first.',
  ),
  ecdhCurves: optional(
    except(unrepeated(nameOf(curveNames)), `names are ${choices(curveNames)}`),
    'Key exchanges, the best first.',
  ),
  signatureAlgorithms: optional(
    except(unrepeated(nameOf(signatureNames)), 'ed25519, and those with SHA-2; the error of any other names them'),
    'With what certificates sign, the best first.',
  ),
  alpnProtocols: optional(
    unrepeated(servedValues(['h2', 'http/1.1'], { 'http/1.0': 'HTTP/1.1 and HTTP/2 are spoken' })),
    'Versions of HTTP, the best first.',
  ),
};

type Version = Infer<typeof version>;

interface Versions {
  readonly minVersion?: Version | undefined;
  readonly maxVersion?: Version | undefined;
  readonly ciphers?: readonly string[] | undefined;
}

/** What no client can fulfil, or what has no effect, is not meant: Envoy Gateway refuses it, too. */
export function fittingVersions<T extends Versions>(schema: Schema<T>): Schema<T> {
  return refine(schema, (tls, place) => {
    if (isBelow(tls)) {
      return reject(under(place, 'maxVersion'), `${tls.maxVersion} is below minVersion`, 'raise it, or lower that');
    }
    if (tls.minVersion === '1.3' && (tls.ciphers?.length ?? 0) > 0) {
      return reject(under(place, 'ciphers'), 'have no effect with minVersion 1.3', 'remove them');
    }
    return tls;
  });
}

/** Nobody can come by: there is no version between these. */
export function isBelow({ minVersion, maxVersion }: Pick<Versions, 'minVersion' | 'maxVersion'>): boolean {
  return minVersion === '1.3' && maxVersion === '1.2';
}
