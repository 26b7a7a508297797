import { dottedName } from '../name.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { isMap, object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { type Positioned, soundEntries } from '../schema/sound-entries.ts';
import { type SecretSource, secretFile } from '../secret-source.ts';
import { allowedRoutes } from './allowed-routes.ts';
import { hostname } from './name.ts';
import { type SecretReference, secretReference } from './object-reference.ts';
import { portNumber } from './parent-reference.ts';

/** A certificate with its key, wherever they are. */
export interface CertificateSource {
  readonly certificate: SecretSource;
  readonly key: SecretSource;
}

/** Gateway API leaves `tls.options` to implementations: this is where certificates of a folder stand. */
const certificateFile = 'sluice.dev/certificate-file';
const keyFile = 'sluice.dev/key-file';

const tlsFields = object({
  mode: defaulted(
    servedValues(['Terminate'], { Passthrough: 'the gateway must read requests' }),
    'Terminate',
    'Where TLS ends.',
  ),
  certificateRefs: defaulted(list(secretReference, { most: 64 }), [], 'Secrets with certificates (Kubernetes).'),
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
  return reject(place, 'names no certificate', remedy, 'InvalidCertificateRef');
});

function fromSecret(ref: SecretReference): CertificateSource {
  const namespace = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  return {
    certificate: { secretKeyRef: { name: ref.name, key: 'tls.crt', ...namespace } },
    key: { secretKeyRef: { name: ref.name, key: 'tls.key', ...namespace } },
  };
}

const onlyHttp = 'the gateway speaks HTTP';

const listenerFields = object({
  name: required(dottedName, 'Name of the listener, unique in its Gateway.'),
  hostname: optional(hostname, 'Host served; every host if absent. Several on one port: the most specific one wins.'),
  port: required(portNumber, 'Port.'),
  protocol: required(
    servedValues(['HTTP', 'HTTPS'], { TLS: onlyHttp, TCP: onlyHttp, UDP: onlyHttp }),
    'HTTP or HTTPS.',
  ),
  tls: optional(tls, 'Certificates; needed for HTTPS.'),
  allowedRoutes: defaulted(allowedRoutes, {}, 'Which routes may attach. Kinds of sluice.dev are in every gateway.'),
});

type WrittenListener = Infer<typeof listenerFields>;

export type ListenerSpec = Positioned<WrittenListener>;

const listener = refine(listenerFields, (spec, place): Parsed<WrittenListener> => {
  if (spec.protocol === 'HTTPS' && spec.tls === undefined) {
    const remedy = `add tls: {options: {${certificateFile}: tls.crt, ${keyFile}: tls.key}}, or write protocol: HTTP`;
    return reject(under(place, 'tls'), 'is missing: HTTPS needs a certificate', remedy, 'InvalidCertificateRef');
  }
  if (spec.protocol === 'HTTP' && spec.tls !== undefined) {
    return reject(under(place, 'tls'), 'is given, but the protocol is HTTP', 'write protocol: HTTPS, or remove tls');
  }
  return spec;
});

/** One that is written and not served, as far as it can be read. What is wrong with it is said where it stands. */
export interface UnservedListener {
  readonly name: string;
  readonly port?: number;
  readonly hostname?: string;
}

export function unservedListeners(written: unknown, served: readonly ListenerSpec[]): readonly UnservedListener[] {
  const all: readonly unknown[] = Array.isArray(written) ? written : [];
  return all.flatMap((each, index): UnservedListener[] => {
    const isServed = served.some(({ position }) => position === index);
    if (isServed || !isMap(each) || typeof each.name !== 'string') return [];
    const { name, port, hostname } = each;
    return [{ name, ...(typeof port === 'number' && { port }), ...(typeof hostname === 'string' && { hostname }) }];
  });
}

/** One that is wrong costs its own port and hosts; the others are served. */
export const listeners: Schema<readonly ListenerSpec[]> = refine(
  soundEntries(listener, { least: 1, most: 64, emptyRemedy: 'add {name: http, port: 10080, protocol: HTTP}' }),
  distinct,
);

/** What Gateway API calls distinct listeners: by port, protocol and host name. Of two that are not, the first is served. */
function distinct(all: readonly ListenerSpec[], place: Place): Parsed<readonly ListenerSpec[]> {
  const kept: ListenerSpec[] = [];
  for (const spec of all) if (!isInTheWay(spec, kept, under(place, spec.position))) kept.push(spec);
  return kept;
}

function isInTheWay(spec: ListenerSpec, earlier: readonly ListenerSpec[], here: Place): boolean {
  const namesake = earlier.find(({ name }) => name === spec.name);
  if (namesake !== undefined) {
    reject(under(here, 'name'), `${spec.name} is the name of another listener`, 'give each its own name');
    return true;
  }
  const neighbours = earlier.filter(({ port }) => port === spec.port);
  const other = neighbours.find(({ protocol }) => protocol !== spec.protocol);
  if (other !== undefined) {
    const message = `${spec.port} is ${other.protocol} for listener ${other.name}`;
    reject(under(here, 'port'), message, 'give HTTP and HTTPS different ports', 'Conflicted');
    return true;
  }
  const same = neighbours.find(({ hostname }) => hostname === spec.hostname);
  if (same === undefined) return false;
  const message = `is that of listener ${same.name}, too, on port ${spec.port}`;
  reject(under(here, 'hostname'), message, 'give them different ports or hostnames', 'Conflicted');
  return true;
}
