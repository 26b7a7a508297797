import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { type Place, reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { resolvedAuthorityReference } from './object-reference.ts';
import { portNumber } from './parent-reference.ts';

const validated = object({
  validation: optional(
    object({
      caCertificateRefs: required(
        list(resolvedAuthorityReference, { least: 1, most: 8 }),
        'Who may sign clients’ certificates.',
      ),
      mode: defaulted(
        enumeration(['AllowValidOnly', 'AllowInsecureFallback']),
        'AllowValidOnly',
        'AllowInsecureFallback: a client without a valid certificate is let in.',
      ),
    }),
    'How clients’ certificates are verified; not at all if absent.',
  ),
});

export const frontendTls = object({
  default: required(validated, 'For every listener with TLS.'),
  perPort: defaulted(
    refine(
      list(
        object({
          port: required(portNumber, 'Port of listeners.'),
          tls: required(validated, 'For these, in place of the default.'),
        }),
        { most: 64 },
      ),
      distinctPorts,
    ),
    [],
    'Other rules for single ports.',
  ),
});

function distinctPorts<T extends { readonly port: number }>(all: readonly T[], place: Place): Parsed<readonly T[]> {
  const index = all.findIndex(({ port }, at) => all.findIndex((other) => other.port === port) !== at);
  if (index < 0) return all;
  return reject(under(under(place, index), 'port'), `${all[index]?.port} stands here twice`, 'remove one of them');
}
