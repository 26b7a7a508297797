import type { KubeClient } from '../../kube/client.ts';
import type { Result } from '../../lib/result.ts';
import { refOf } from './provisioned-kind.ts';
import { type RenderInput, render, type WantedObject } from './render/render.ts';
import type { ParameterSpecs } from './wanted-gateways.ts';

/** What the API server does not take, and what it was made of. */
export interface RefusedObject extends Pick<RenderInput, 'gateway' | 'settings'> {
  readonly client: Pick<KubeClient, 'apply'>;
  readonly object: WantedObject;
  readonly parameters: ParameterSpecs;
}

export function renderWith(
  input: Pick<RenderInput, 'gateway' | 'settings'>,
  { ofClass, ofGateway }: ParameterSpecs,
): Result<readonly WantedObject[]> {
  return render({
    ...input,
    ...(ofClass && { classParameters: ofClass }),
    ...(ofGateway && { gatewayParameters: ofGateway }),
  });
}

/** Whether the API server would take the object if it were made of something else: it is asked, and stores nothing. */
export async function isTakenWith(
  { client, object, settings, ...refused }: RefusedObject,
  other: Partial<Pick<RefusedObject, 'gateway' | 'parameters'>>,
): Promise<boolean> {
  const { gateway, parameters } = { ...refused, ...other };
  const rendered = renderWith({ gateway, settings }, parameters);
  if (!rendered.ok) return false;
  const made = rendered.value.find(({ kind, name }) => kind === object.kind && name === object.name);
  if (made === undefined) return true;
  return (await client.apply(refOf(made), made.object, { dryRun: true })).ok;
}
