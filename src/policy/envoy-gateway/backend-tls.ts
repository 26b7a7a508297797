import { preciseHostname } from '../gateway-api/name.ts';
import { localAuthorityReference, secretReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { refused } from '../schema/verdict.ts';

const envoyDecides = 'versions and algorithms are those of Envoy';

/** How connections to a backend are encrypted. */
export const backendTls = refine(
  object({
    caCertificateRefs: defaulted(
      list(localAuthorityReference, { most: 8 }),
      [],
      'ConfigMaps or Secrets whose ca.crt may sign the backend’s certificate.',
    ),
    wellKnownCACertificates: optional(enumeration(['System']), 'System: those that the system trusts.'),
    sni: optional(preciseHostname, 'Name asked for, and expected in the certificate; the host if absent.'),
    clientCertificateRef: optional(secretReference, 'Secret of type kubernetes.io/tls, shown to the backend (mTLS).'),
    insecureSkipVerify: defaulted(
      boolean,
      false,
      'true: whoever answers is believed. Only for what is under your own roof.',
    ),
    minVersion: refused(envoyDecides),
    maxVersion: refused(envoyDecides),
    ciphers: refused(envoyDecides),
    ecdhCurves: refused(envoyDecides),
    signatureAlgorithms: refused(envoyDecides),
    fingerprints: refused(envoyDecides),
    alpnProtocols: refused('protocols are said by appProtocols'),
  }),
  (spec, place) => {
    const isSigned = spec.caCertificateRefs.length > 0 || spec.wellKnownCACertificates !== undefined;
    if (spec.insecureSkipVerify && isSigned) {
      const message = 'is true, and says at the same time who may sign';
      return reject(under(place, 'insecureSkipVerify'), message, 'remove it');
    }
    if (spec.caCertificateRefs.length === 0 || spec.wellKnownCACertificates === undefined) return spec;
    const here = under(place, 'wellKnownCACertificates');
    return reject(here, 'is given beside caCertificateRefs', 'keep one of them');
  },
);

export type BackendTls = Infer<typeof backendTls>;
