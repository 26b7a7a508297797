import { listeners } from './gateway-listener.ts';
import { dottedName } from './name.ts';
import { enumeration } from './schema/enumeration.ts';
import { defaulted, optional, required, withoutEffect } from './schema/field.ts';
import { list } from './schema/list.ts';
import { object } from './schema/object.ts';
import type { Infer } from './schema/schema.ts';
import { text } from './schema/text.ts';

const address = object({
  type: defaulted(enumeration(['IPAddress']), 'IPAddress', 'Kind of address.'),
  value: required(
    text({
      pattern: '^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$',
      complaint: 'is not an IP address',
      remedy: 'write an address such as 127.0.0.1 or ::',
    }),
    'An IPv4 or IPv6 address of this machine.',
  ),
});

/** Gateway API's Gateway, as far as it makes listeners. In a folder gatewayClassName is not needed. */
export const gatewaySpec = object({
  gatewayClassName: optional(dottedName, 'Name of a GatewayClass; not needed in a folder.'),
  addresses: defaulted(list(address, { most: 1 }), [], 'Address that the listeners bind to; every one if absent.'),
  listeners: required(listeners, 'Ports that the gateway opens.'),
  infrastructure: withoutEffect('remove it, unless a cluster needs it'),
  allowedListeners: withoutEffect('remove it, unless a cluster needs it'),
});

export type GatewaySpec = Infer<typeof gatewaySpec>;
export type { ListenerSpec } from './gateway-listener.ts';
