import type { KubeClient } from '../../kube/client.ts';
import { refOf } from './provisioned-kind.ts';
import { type RenderInput, render, type WantedObject } from './render/render.ts';

import type { ParameterSpecs } from './wanted-gateways.ts';

/** Whose parameters they are. */
export type ParameterOwner = keyof ParameterSpecs;

const owners: readonly ParameterOwner[] = ['ofClass', 'ofGateway'];

export interface RefusedObject extends Pick<RenderInput, 'gateway' | 'settings'> {
  readonly client: Pick<KubeClient, 'apply'>;
  /** What the API server does not take. */
  readonly object: WantedObject;
  readonly parameters: ParameterSpecs;
}

/**
 * Whose parameters are to blame that the API server refuses an object: those without which it would take it, which it is
 * asked. Both, if it takes the object without either, or only without both. Nobody's, if they have nothing to do with it.
 */
export async function faultyParameters(refused: RefusedObject): Promise<readonly ParameterOwner[]> {
  const written = owners.filter((owner) => refused.parameters[owner] !== undefined);
  const faulty: ParameterOwner[] = [];
  for (const owner of written) {
    const { [owner]: _leftOut, ...others } = refused.parameters;
    if (await isTaken(refused, others)) faulty.push(owner);
  }
  return faulty.length === 0 && written.length > 1 && (await isTaken(refused, {})) ? written : faulty;
}

async function isTaken({ client, object, gateway, settings }: RefusedObject, { ofClass, ofGateway }: ParameterSpecs) {
  const rendered = render({
    gateway,
    settings,
    ...(ofClass && { classParameters: ofClass }),
    ...(ofGateway && { gatewayParameters: ofGateway }),
  });
  if (!rendered.ok) return false;
  const other = rendered.value.find(({ kind, name }) => kind === object.kind && name === object.name);
  if (other === undefined) return true;
  return (await client.apply(refOf(other), other.object, { dryRun: true })).ok;
}
