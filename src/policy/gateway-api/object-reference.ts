import { dnsLabel, dottedName } from '../name.ts';
import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { privateMap } from '../schema/private-map.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import type { ServerRule } from '../schema/server-notes.ts';
import { show } from '../schema/show.ts';
import { except } from '../schema/verdict.ts';
import { apiGroup, apiKind } from './name.ts';
import { portNumber } from './parent-reference.ts';

const coreGroup: Schema<''> = {
  json: { const: '' },
  parse: (value, place) =>
    value === '' ? value : reject(place, `${show(value)} is not the core group`, 'remove it', 'InvalidKind'),
};

const secretKind: Schema<'Secret'> = {
  json: { enum: ['Secret'] },
  parse: (value, place) =>
    value === 'Secret' ? value : reject(place, `${show(value)} is not a possible value`, 'write Secret', 'InvalidKind'),
};

/** A Secret, perhaps of another namespace, whose owner then has to permit it (ReferenceGrant). */
export const secretReference = privateMap(
  object({
    group: defaulted(coreGroup, '', 'Group of the kind.'),
    kind: defaulted(secretKind, 'Secret', 'Kind of what is meant.'),
    name: required(dottedName, 'Name of the Secret.'),
    namespace: optional(dnsLabel, 'Namespace of the Secret; the one of this document if absent.'),
  }),
  'write the name of a Secret: {name: …}',
);

export type SecretReference = Infer<typeof secretReference>;

const certificateAuthority = {
  group: defaulted(coreGroup, '', 'Group of the kind.'),
  kind: required(enumeration(['ConfigMap', 'Secret']), 'ConfigMap or Secret, with the certificates under ca.crt.'),
  name: required(dottedName, 'Name of the ConfigMap or Secret.'),
};

/** Certificates that may sign those of somebody else, in the document's own namespace. */
export const localAuthorityReference = object(certificateAuthority);

export const authorityReference = object({
  ...certificateAuthority,
  namespace: optional(dnsLabel, 'Its namespace; the one of this document if absent.'),
});

const resolvedAuthority = {
  group: defaulted(apiGroup, '', 'Group of the kind.'),
  kind: required(
    except(apiKind, 'kinds other than ConfigMap and Secret are reported, and what they are for stays closed'),
    'ConfigMap or Secret, with the certificates under ca.crt.',
  ),
  name: required(dottedName, 'Name of the ConfigMap or Secret.'),
};

/** Where Gateway API has a reason for another kind, it is said where the reference is looked up. */
export const localResolvedAuthorityReference = object(resolvedAuthority);

export const resolvedAuthorityReference = object({
  ...resolvedAuthority,
  namespace: optional(dnsLabel, 'Its namespace; the one of this document if absent.'),
});

export type AuthorityReference = Infer<typeof resolvedAuthorityReference>;

export const backendFields = {
  group: defaulted(apiGroup, '', 'Group of the backend’s kind; empty for Service.'),
  kind: defaulted(
    except(apiKind, 'kinds other than Service and Backend are reported with reason InvalidKind'),
    'Service',
    'Kind of the backend: Service, or Backend of gateway.envoyproxy.io.',
  ),
  name: required(dottedName, 'Name of the backend.'),
  namespace: optional(dnsLabel, 'Namespace of the backend; the one of this document if absent.'),
  port: optional(portNumber, 'Port of the Service; needed for a Service.'),
};

export const weight = integer({ from: 0, to: 1_000_000 });

const plainBackend = object(backendFields);

export type BackendReference = Infer<typeof plainBackend>;

export const backendReference = refine(plainBackend, withPort);

const portRemedy = 'add port: 8080';

export const withPortRule: ServerRule = {
  rule: 'self.kind != "Service" || self.group != "" || has(self.port)',
  message: portRemedy,
  fieldPath: '.port',
};

export function withPort<T extends BackendReference>(ref: T, place: Place): Parsed<T> {
  if (ref.kind !== 'Service' || ref.group !== '' || ref.port !== undefined) return ref;
  return reject(under(place, 'port'), `is missing: Service ${ref.name} may have several`, portRemedy);
}
