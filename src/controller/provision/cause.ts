import type { KubeClient } from '../../kube/client.ts';
import { faultyParameters } from './faulty-parameters.ts';
import type { Failure } from './provisioned-state.ts';
import type { ProvisionSettings } from './settings.ts';
import { isTakenWith, renderWith } from './trial.ts';
import { unusableAddress } from './unusable-address.ts';
import type { ParameterSpecs, WantedGateway } from './wanted-gateways.ts';

export interface CauseOptions {
  readonly client: Pick<KubeClient, 'apply'>;
  readonly settings: ProvisionSettings;
}

/** What of a Gateway, or of its parameters, is to blame for a failure; nothing, where they have no part in it. */
export async function causeOf(
  { refused: object }: Failure,
  { gateway, parameters, parameterIds }: WantedGateway,
  { client, settings }: CauseOptions,
): Promise<Failure['cause']> {
  if (!parameters.ok) return undefined;
  const written = parameters.value;
  if (object === undefined) {
    // Where we fail ourselves, that has been told.
    const canBeMadeWith = (other: ParameterSpecs): boolean =>
      attempt(() => renderWith({ gateway, settings }, other))?.ok === true;
    return canBeMadeWith(written) ? undefined : faulty(await faultyParameters(written, canBeMadeWith));
  }
  // What is made of nothing that is written in parameters, such as a certificate.
  const rendered = attempt(() => renderWith({ gateway, settings }, written));
  if (rendered?.ok && !rendered.value.some(({ kind, name }) => kind === object.kind && name === object.name)) {
    return undefined;
  }
  const refused = { client, object, gateway, settings, parameters: written };
  const address = await unusableAddress(refused);
  if (address !== undefined) return { unusableAddress: address };
  return faulty(await faultyParameters(written, (other) => isTakenWith(refused, { parameters: other })));

  function faulty(owners: readonly (keyof ParameterSpecs)[]): Failure['cause'] {
    const ids = new Set(owners.flatMap((owner) => parameterIds[owner] ?? []));
    return ids.size === 0 ? undefined : { faulty: [...ids] };
  }
}

function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
