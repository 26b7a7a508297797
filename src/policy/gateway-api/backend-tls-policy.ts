import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { invalid, type Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { type Infer, refine } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { notApplicable, refused } from '../schema/verdict.ts';
import { envoyGatewayGroup, hostname, preciseHostname } from './name.ts';
import { localAuthorityReference } from './object-reference.ts';
import { type PolicyTarget, policyTargets } from './policy-target.ts';

const alternativeName = object({
  type: required(servedValues(['Hostname'], { URI: 'names of certificates are host names' }), 'Kind of name.'),
  hostname: required(hostname, 'A name that the certificate may have.'),
  uri: refused('names of certificates are host names'),
});

const validationFields = object({
  hostname: required(preciseHostname, 'Name asked for (SNI), and expected in the certificate.'),
  caCertificateRefs: defaulted(
    list(localAuthorityReference, { most: 8 }),
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
