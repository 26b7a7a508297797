import { preciseHostname } from '../gateway-api/name.ts';
import { localAuthorityReference, secretReference } from '../gateway-api/object-reference.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { notApplicable, refused } from '../schema/verdict.ts';

const envoyDecides = 'versions and algorithms are those of Envoy';

const fields = object({
  caCertificateRefs: defaulted(
    list(localAuthorityReference, { most: 8 }),
    [],
    'ConfigMaps or Secrets whose ca.crt may sign the backend’s certificate.',
  ),
  wellKnownCACertificates: optional(enumeration(['System']), 'System: those that the system trusts.'),
  autoSNIFromEndpointHostname: notApplicable('the host is asked for where no sni is written'),
  sni: optional(preciseHostname, 'Name asked for, and expected in the certificate; the host if absent.'),
  clientCertificateRef: optional(secretReference, 'Secret of type kubernetes.io/tls, shown to the backend (mTLS).'),
  insecureSkipVerify: refused('a provider that cannot show who it is gets no credentials'),
  minVersion: refused(envoyDecides),
  maxVersion: refused(envoyDecides),
  ciphers: refused(envoyDecides),
  ecdhCurves: refused(envoyDecides),
  signatureAlgorithms: refused(envoyDecides),
  fingerprints: refused(envoyDecides),
  alpnProtocols: refused('protocols are said by appProtocols'),
});

const remedy = 'keep caCertificateRefs or wellKnownCACertificates';

/** How connections to a backend are encrypted. */
export const backendTls = refine(
  ruled(fields, {
    rule: '!has(self.wellKnownCACertificates) || !has(self.caCertificateRefs) || self.caCertificateRefs.size() == 0',
    message: remedy,
    fieldPath: '.wellKnownCACertificates',
  }),
  (spec, place) => {
    if (spec.caCertificateRefs.length === 0 || spec.wellKnownCACertificates === undefined) return spec;
    const here = under(place, 'wellKnownCACertificates');
    return reject(here, 'is given beside caCertificateRefs', remedy);
  },
);
