import { dnsLabel, dottedName } from '../name.ts';
import { optional, required } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { text } from '../schema/text.ts';
import { except, forOthers } from '../schema/verdict.ts';
import { apiGroup, apiKind } from './name.ts';

/** The classes of this controller are ours; all others are somebody else's. */
export const ourController = 'sluice.dev/gateway-controller';

export const gatewayClassSpec = object({
  controllerName: required(
    text({
      pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+$",
      complaint: 'is not the name of a controller',
      remedy: `write ${ourController}`,
    }),
    `Who serves Gateways of this class; ours are those of ${ourController}.`,
  ),
  parametersRef: optional(
    object({
      group: required(apiGroup, 'Group of the kind: sluice.dev.'),
      kind: required(
        except(apiKind, 'an `EnvoyProxy` of Envoy Gateway has no effect'),
        'Kind of the parameters: GatewayParameters.',
      ),
      name: required(dottedName, 'Name of the parameters.'),
      namespace: optional(dnsLabel, 'Namespace of the parameters.'),
    }),
    'Parameters of what is made for every Gateway of the class.',
  ),
  description: forOthers('whoever chooses a class'),
});
