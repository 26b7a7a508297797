import type { Result } from '../../lib/result.ts';
import type { ProvisionedGateway } from './gateway.ts';
import { render, type WantedObject } from './render/render.ts';
import type { ProvisionSettings } from './settings.ts';
import type { ParameterSpecs } from './wanted-gateways.ts';

export type Renderer = (gateway: ProvisionedGateway, parameters: ParameterSpecs) => Result<readonly WantedObject[]>;

/**
 * Renders a Gateway when something of it is another object than last time, and gives the same objects otherwise:
 * provisioning looks at every change of the policy, and what is written in an unchanged document stays one object.
 */
export function createRenderer(settings: ProvisionSettings, draw: typeof render = render): Renderer {
  const drawn = new WeakMap<ProvisionedGateway['spec'], Drawn>();
  return (gateway, { ofClass, ofGateway }) => {
    const { uid, namespace, name, spec } = gateway;
    const from = [uid, namespace, name, ofClass, ofGateway];
    const known = drawn.get(spec);
    if (known?.from.every((each, index) => each === from[index]) === true) return known.objects;
    const objects = draw({
      gateway,
      ...(ofClass && { classParameters: ofClass }),
      ...(ofGateway && { gatewayParameters: ofGateway }),
      settings,
    });
    drawn.set(spec, { from, objects });
    return objects;
  };
}

interface Drawn {
  readonly from: readonly unknown[];
  readonly objects: Result<readonly WantedObject[]>;
}
