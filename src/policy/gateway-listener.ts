import { dnsLabel, dottedName } from './name.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required, withoutEffect } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import { type Place, reject, under } from './schema/place.ts';
import { type Infer, invalid, type Parsed, refine, type Schema } from './schema/schema.ts';
import { show } from './schema/show.ts';
import { text } from './schema/text.ts';
import { type SecretSource, secretFile } from './secret-source.ts';

/** A certificate with its key, wherever they are. */
export interface CertificateSource {
  readonly certificate: SecretSource;
  readonly key: SecretSource;
}

/** Gateway API leaves `tls.options` to implementations: this is where certificates of a folder stand. */
const certificateFile = 'sluice.dev/certificate-file';
const keyFile = 'sluice.dev/key-file';

const certificateRef = object({
  group: defaulted(
    {
      json: { const: '' },
      parse: (value, place) =>
        value === '' ? value : reject(place, `${show(value)} is not the core group`, 'remove it'),
    },
    '',
    'Group of the kind.',
  ),
  kind: defaulted(enumeration(['Secret']), 'Secret', 'Kind of what is meant.'),
  name: required(dottedName, 'Name of a Secret of type kubernetes.io/tls.'),
  namespace: optional(dnsLabel, 'Namespace of the Secret; the Gateway’s own if absent.'),
});

const tlsFields = object({
  mode: defaulted(
    refine(enumeration(['Terminate', 'Passthrough']), (mode, place) =>
      mode === 'Terminate'
        ? mode
        : reject(place, 'Passthrough is not served', 'write Terminate: the gateway must read requests'),
    ),
    'Terminate',
    'Where TLS ends.',
  ),
  certificateRefs: defaulted(list(certificateRef, { most: 64 }), [], 'Secrets with certificates (Kubernetes).'),
  options: defaulted(
    object({
      [certificateFile]: optional(secretFile, 'Certificate chain as PEM, relative to the folder of this document.'),
      [keyFile]: optional(secretFile, 'Private key as PEM, relative to the folder of this document.'),
    }),
    {},
    'Certificates of a folder.',
  ),
});

const tls = refine(tlsFields, (spec, place): Parsed<{ readonly certificates: readonly CertificateSource[] }> => {
  const [certificate, key] = [spec.options[certificateFile], spec.options[keyFile]];
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? keyFile : certificateFile;
    return reject(under(under(place, 'options'), missing), 'is missing', 'give certificate and key together');
  }
  const files =
    certificate === undefined || key === undefined ? [] : [{ certificate: { file: certificate }, key: { file: key } }];
  const certificates = [...files, ...spec.certificateRefs.map(fromSecret)];
  if (certificates.length > 0) return { certificates };
  const remedy = `in a folder add options: {${certificateFile}: tls.crt, ${keyFile}: tls.key}`;
  return reject(place, 'names no certificate', remedy);
});

function fromSecret(ref: Infer<typeof certificateRef>): CertificateSource {
  const namespace = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  return {
    certificate: { secretKeyRef: { name: ref.name, key: 'tls.crt', ...namespace } },
    key: { secretKeyRef: { name: ref.name, key: 'tls.key', ...namespace } },
  };
}

const listenerFields = object({
  name: required(dottedName, 'Name of the listener, unique in its Gateway.'),
  hostname: optional(
    text({
      pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      complaint: 'is not a host name',
      remedy: 'write a host name in lower case; *. may stand in front: *.example.com',
    }),
    'Host served; every host if absent. Several on one port: the most specific one wins.',
  ),
  port: required(integer({ from: 1, to: 65_535 }), 'Port.'),
  protocol: required(enumeration(['HTTP', 'HTTPS']), 'HTTP or HTTPS.'),
  tls: optional(tls, 'Certificates; needed for HTTPS.'),
  allowedRoutes: withoutEffect('remove it, unless a cluster needs it'),
});

export type ListenerSpec = Infer<typeof listenerFields>;

const listener = refine(listenerFields, (spec, place): Parsed<ListenerSpec> => {
  if (spec.protocol === 'HTTPS' && spec.tls === undefined) {
    const remedy = `add tls: {options: {${certificateFile}: tls.crt, ${keyFile}: tls.key}}, or write protocol: HTTP`;
    return reject(under(place, 'tls'), 'is missing: HTTPS needs a certificate', remedy);
  }
  if (spec.protocol === 'HTTP' && spec.tls !== undefined) {
    return reject(under(place, 'tls'), 'is given, but the protocol is HTTP', 'write protocol: HTTPS, or remove tls');
  }
  return spec;
});

export const listeners: Schema<readonly ListenerSpec[]> = refine(
  list(listener, { least: 1, most: 64, emptyRemedy: 'add {name: http, port: 10080, protocol: HTTP}' }),
  check,
);

/** What Gateway API calls distinct listeners: by port, protocol and host name. */
function check(all: readonly ListenerSpec[], place: Place): Parsed<readonly ListenerSpec[]> {
  let isValid = true;
  for (const [index, spec] of all.entries()) {
    const here = under(place, index);
    for (const earlier of all.slice(0, index)) {
      if (earlier.name === spec.name) {
        reject(under(here, 'name'), `${spec.name} is the name of another listener`, 'give each its own name');
        isValid = false;
      }
      if (earlier.port !== spec.port) continue;
      if (earlier.protocol !== spec.protocol) {
        const message = `${spec.port} is ${earlier.protocol} for listener ${earlier.name}`;
        reject(under(here, 'port'), message, 'give HTTP and HTTPS different ports');
        isValid = false;
      } else if (earlier.hostname === spec.hostname) {
        const message = `${spec.port} is taken by listener ${earlier.name} for the same host`;
        reject(under(here, 'port'), message, 'give them different ports or hostnames');
        isValid = false;
      }
    }
  }
  return isValid ? all : invalid;
}
