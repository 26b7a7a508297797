import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { notApplicable } from '../schema/verdict.ts';
import { absoluteUri, envoyGatewayGroup, hostname, preciseHostname } from './name.ts';
import { localResolvedAuthorityReference } from './object-reference.ts';
import { type PolicyTarget, policyTargets } from './policy-target.ts';

const nameFields = object({
  type: required(enumeration(['Hostname', 'URI']), 'Kind of name.'),
  hostname: optional(hostname, 'A name that the certificate may have, of type Hostname.'),
  uri: optional(absoluteUri, 'A URI that the certificate may have, of type URI; a SPIFFE identity for one.'),
});

/** The one of the two that its type names, and no other. */
const alternativeName = refine(nameFields, ({ type, hostname: host, uri }, place): Parsed<AlternativeName> => {
  const [field, other] = type === 'URI' ? (['uri', 'hostname'] as const) : (['hostname', 'uri'] as const);
  const written = { hostname: host, uri };
  const value = written[field];
  if (value === undefined) return reject(under(place, field), `is missing, of type ${type}`, `add ${field}`);
  if (written[other] === undefined) return { kind: type === 'URI' ? 'uri' : 'dns', value };
  return reject(under(place, other), `is not for type ${type}`, 'remove it, or write another type');
});

interface AlternativeName {
  readonly kind: 'dns' | 'uri';
  readonly value: string;
}

const validationFields = object({
  hostname: required(preciseHostname, 'Name asked for (SNI), and expected in the certificate.'),
  caCertificateRefs: defaulted(
    list(localResolvedAuthorityReference, { most: 8 }),
    [],
    'ConfigMaps or Secrets whose ca.crt may sign the backend’s certificate.',
  ),
  wellKnownCACertificates: optional(enumeration(['System']), 'System: those that the system trusts.'),
  subjectAltNames: defaulted(list(alternativeName, { most: 5 }), [], 'Names expected in place of the hostname.'),
});

const validation = refine(validationFields, (spec, place): Parsed<Infer<typeof validationFields>> => {
  const hasRefs = spec.caCertificateRefs.length > 0;
  if (hasRefs !== (spec.wellKnownCACertificates !== undefined)) return spec;
  if (hasRefs)
    return reject(place, 'has two sources of certificates', 'keep caCertificateRefs or wellKnownCACertificates');
  return reject(place, 'says nobody who may sign', 'add wellKnownCACertificates: System, or caCertificateRefs');
});

const targets = refine(
  policyTargets(
    [
      { group: '', kind: 'Service' },
      { group: envoyGatewayGroup, kind: 'Backend' },
    ],
    true,
    1,
  ),
  distinct,
);

/** How connections to a Service or Backend are encrypted and verified. */
export const backendTlsPolicySpec = object({
  targetRefs: required(targets, 'Services and Backends that this is for; a section is a port of a Service.'),
  validation: required(validation, 'How the backend shows who it is.'),
  options: notApplicable('we know no options'),
});

function distinct(all: readonly PolicyTarget[], place: Place): Parsed<readonly PolicyTarget[]> {
  for (const [index, target] of all.entries()) {
    const isRepeated = all
      .slice(0, index)
      .some(
        ({ kind, name, sectionName }) =>
          kind === target.kind && name === target.name && sectionName === target.sectionName,
      );
    if (!isRepeated) continue;
    reject(under(place, index), `names ${target.kind} ${target.name} once more`, 'give each its own sectionName');
    return invalid;
  }
  return all;
}
