import { annotationValue, labelName, labelValue } from '../label.ts';
import { dottedName } from '../name.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { map } from '../schema/map.ts';
import { isMap, object } from '../schema/object.ts';
import { invalid } from '../schema/parsed.ts';
import type { Infer, Schema } from '../schema/schema.ts';
import { servedValues } from '../schema/served-values.ts';
import { text } from '../schema/text.ts';
import { except, refused, unservedYet } from '../schema/verdict.ts';
import { frontendTls } from './frontend-tls.ts';
import { listeners, type UnservedListener, unservedListeners } from './gateway-listener.ts';
import { addressPattern, apiGroup, apiKind } from './name.ts';
import { secretReference } from './object-reference.ts';

const address = object({
  type: defaulted(
    servedValues(['IPAddress'], { Hostname: 'addresses are numbers', NamedAddress: 'addresses are numbers' }),
    'IPAddress',
    'Kind of address.',
  ),
  value: optional(
    text({
      pattern: addressPattern,
      complaint: 'is not an IP address',
      remedy: 'write an address such as 127.0.0.1 or ::',
    }),
    'An IPv4 or IPv6 address: of this machine in a folder, wanted for the Service in a cluster; any if absent.',
  ),
});

const infrastructure = object({
  labels: defaulted(map(labelName, labelValue), {}, 'Labels of everything that is made for the gateway in a cluster.'),
  annotations: defaulted(map(labelName, annotationValue), {}, 'Annotations of the same.'),
  parametersRef: optional(
    object({
      group: required(apiGroup, 'Group of the kind: sluice.dev.'),
      kind: required(
        except(apiKind, 'an `EnvoyProxy` of Envoy Gateway has no effect'),
        'Kind of the parameters: GatewayParameters.',
      ),
      name: required(dottedName, 'Name of the parameters, in the Gateway’s namespace.'),
    }),
    'Parameters of what is made for the gateway.',
  ),
});

const tls = object({
  frontend: optional(frontendTls, 'Certificates of clients (mTLS).'),
  backend: unservedYet('what a backend is shown is said by Backend.spec.tls.clientCertificateRef', {
    as: object({ clientCertificateRef: optional(secretReference, 'Secret of type kubernetes.io/tls.') }),
  }),
});

const gatewayFields = object({
  gatewayClassName: optional(dottedName, 'Name of a GatewayClass; not needed in a folder.'),
  addresses: defaulted(list(address, { most: 1 }), [], 'Address that the listeners bind to; every one if absent.'),
  listeners: required(listeners, 'Ports that the gateway opens.'),
  infrastructure: defaulted(infrastructure, {}, 'Of what is made for the gateway in a cluster.'),
  tls: defaulted(tls, {}, 'Certificates besides those of listeners.'),
  allowedListeners: refused('all listeners stand in the Gateway'),
});

export interface GatewaySpec extends Infer<typeof gatewayFields> {
  /** Routes that lead to one of these are told so. */
  readonly unservedListeners?: readonly UnservedListener[];
}

/** Gateway API's Gateway. In a folder gatewayClassName is not needed. */
export const gatewaySpec: Schema<GatewaySpec> = {
  json: gatewayFields.json,
  parse: (value, place) => {
    const parsed = gatewayFields.parse(value, place);
    if (parsed === invalid || !isMap(value)) return invalid;
    const unserved = unservedListeners(value.listeners, parsed.listeners);
    return { ...parsed, ...(unserved.length > 0 && { unservedListeners: unserved }) };
  },
};

export type { ListenerSpec } from './gateway-listener.ts';
